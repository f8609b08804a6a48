from __future__ import annotations

from typing import Any

import msgspec
import pytest
from edge_orch_agent.core.commands import Merge
from edge_orch_agent.core.compaction import SHARE, Compaction
from edge_orch_agent.core.events import Merged
from edge_orch_agent.core.ledger import Ledger
from edge_orch_agent.core.outbox import Outbox
from edge_orch_agent.core.redating import Redating
from edge_orch_agent.core.settings import Settings
from edge_orch_agent.core.stored_state import StoredState
from edge_orch_agent.core.transaction import Priority, Segment, SegmentInfo, StreamId, Transaction, joined
from hypothesis import given, settings
from hypothesis import strategies as st

from edge_orch.plan.plan import Limits
from edge_orch.time import DAY, HOUR, SECOND

RAW = StreamId("press", "raw", "lake")
ONCALL = StreamId("press", "alerts", "oncall")
FEW = Settings(merge_segments=8, merge_bytes=1_000, deliver_ahead=2)


class Shelf:
    """An outbox whose sinks are away, and a store that merges at once what it is told to."""

    def __init__(self, tuned: Settings = FEW, stored: StoredState | None = None) -> None:
        stored = stored or StoredState()
        self.outbox = Outbox(stored, tuned.deliver_ahead)
        self.ledger = Ledger(stored)
        self.compaction = Compaction(tuned, self.outbox, self.ledger)
        self.limits: dict[str, Limits] = {}
        self.merges: list[Merge] = []
        self.written = 0
        self.most = 0

    def seal(
        self,
        count: int = 1,
        *,
        stream: StreamId = RAW,
        size: int = 10,
        every_us: int = SECOND,
        version: int = 1,
        since_us: int = 1,
    ) -> None:
        """So many segments of one record each become durable."""
        priority = Priority.ALERT if stream is ONCALL else Priority.NORMAL
        for number in range(count):
            sequence = self.outbox.next_sequence(stream)
            info = SegmentInfo(stream, sequence, version, 1, size, priority, since_us + number * every_us)
            self.outbox.append(info)
            self.ledger.add(Transaction(), [info])
            self.compaction.came([info])
            self.merge()
            self.most = max(self.most, len(self.waiting(stream)))

    def merge(self) -> None:
        while merges := self.compaction.start(lambda: self.limits):
            for merge in merges:
                self.compaction.merged(Merged(merge.stream, merge.first, self._merged(merge)))

    def _merged(self, merge: Merge) -> SegmentInfo:
        self.merges.append(merge)
        parts = [info for info in self.waiting(merge.stream) if merge.first <= info.sequence <= merge.last]
        assert (parts[0].sequence, parts[-1].sequence) == (merge.first, merge.last)
        self.written += sum(part.count for part in parts)
        whole = joined([a_segment(part) for part in parts]).info
        return msgspec.structs.replace(whole, size=sum(part.size for part in parts))

    def waiting(self, stream: StreamId = RAW) -> list[SegmentInfo]:
        return list(self.outbox.segments(stream))

    def spans(self, stream: StreamId = RAW) -> list[tuple[int, int]]:
        return [(info.since, info.sequence) for info in self.waiting(stream)]


def a_segment(info: SegmentInfo) -> Segment:
    return Segment(
        info.stream,
        info.sequence,
        info.version,
        info.count,
        info.priority,
        info.created_us,
        b"x\n" * info.count,
        run="1a",
        first=info.first,
    )


def test_what_waits_is_merged_and_no_record_is_missing() -> None:
    shelf = Shelf()
    shelf.seal(500)
    spans = shelf.spans()
    assert len(spans) < 30
    assert spans[0] == (1, 1), "the head may have been tried"
    assert [since for since, _ in spans[1:]] == [last + 1 for _, last in spans[:-1]]
    assert sum(info.count for info in shelf.waiting()) == 500
    assert shelf.ledger.account(("press", 1, "raw/lake")).held == 500
    assert shelf.outbox.size("press") == 5_000
    assert max(info.size for info in shelf.waiting()) <= FEW.merge_bytes


def test_few_that_wait_stay_as_they_are() -> None:
    shelf = Shelf()
    shelf.seal(FEW.merge_segments - 1)
    assert shelf.merges == []


@settings(max_examples=25)
@given(st.integers(1, 400), st.integers(0, 2 * HOUR), st.integers(8, 40))
def test_law_how_many_wait_does_not_depend_on_how_many_were_sealed(size: int, every_us: int, run: int) -> None:
    """`merge_segments` small ones, and two for each `merge_bytes` and each `merge_span_us`; what no rule lets merge."""
    tuned = msgspec.structs.replace(FEW, merge_segments=run, merge_bytes=2_000)
    shelf = Shelf(tuned)
    shelf.seal(1_500, size=size, every_us=every_us)
    groups = 1_500 * size / tuned.merge_bytes + 1_500 * every_us / tuned.merge_span_us
    in_a_group = min(1_500, tuned.merge_bytes / size, tuned.merge_span_us / max(every_us, 1))
    alone = 2 if in_a_group >= 8 else 4  # `FEWEST`
    for_now = 2 * min(in_a_group, 1_500) / run
    assert shelf.most <= alone * 2 * groups + 2 * run + for_now + 2
    assert sum(info.count for info in shelf.waiting()) == 1_500


@settings(max_examples=25)
@given(st.integers(1, 400), st.integers(0, HOUR), st.integers(8, 40))
def test_law_no_record_is_written_again_more_than_twice(size: int, every_us: int, run: int) -> None:
    shelf = Shelf(msgspec.structs.replace(FEW, merge_segments=run))
    shelf.seal(1_000, size=size, every_us=every_us)
    assert shelf.written <= 2 * 1_000


def test_alerts_are_never_merged_not_after_a_restart_either() -> None:
    shelf = Shelf()
    shelf.seal(100, stream=ONCALL)
    assert shelf.merges == []
    again = Shelf(stored=StoredState(segments=shelf.waiting(ONCALL)))
    again.merge()
    assert again.merges == []


@pytest.mark.parametrize(
    ("second", "why"),
    [
        ({"version": 2}, "the account is kept by version"),
        ({"since_us": 1 + 2 * DAY}, "max_age gives up whole segments"),
        ({"since_us": -10 * SECOND}, "its time is not known yet"),
        ({"size": 995}, "too large together"),
    ],
)
def test_what_differs_stays_apart(second: dict[str, Any], why: str) -> None:
    shelf = Shelf()
    shelf.seal(20, every_us=0)
    shelf.seal(20, every_us=0, **second)
    shelf.seal(20, every_us=0)
    assert shelf.merges
    assert not [span for span in shelf.spans() if span[0] <= 20 < span[1] or span[0] <= 40 < span[1]], why


def test_a_merged_segment_is_a_small_part_of_what_its_job_may_keep() -> None:
    shelf = Shelf()
    shelf.limits["press"] = Limits(outbox=SHARE * 100)
    shelf.seal(100)
    assert 50 <= max(info.size for info in shelf.waiting()) <= 100


def test_what_an_earlier_run_may_have_tried_stays_as_it_is() -> None:
    before = [SegmentInfo(RAW, n, 1, 1, 10, Priority.NORMAL, 1) for n in range(5, 45)]
    shelf = Shelf(stored=StoredState(segments=before, next_sequence={RAW: 45}))
    shelf.merge()
    assert shelf.spans()[: FEW.deliver_ahead + 1] == [(5, 5), (6, 6), (7, 7)]
    assert shelf.spans()[3:] == [(8, 44)]


def test_while_they_are_merged_they_are_neither_delivered_nor_dropped() -> None:
    shelf = Shelf()
    for _ in range(8):
        shelf.outbox.append(info := SegmentInfo(RAW, shelf.outbox.next_sequence(RAW), 1, 1, 10, Priority.NORMAL, 1))
        shelf.ledger.add(Transaction(), [info])
        shelf.compaction.came([info])
    (merge,) = shelf.compaction.start(dict)
    assert (merge.first, merge.last) == (2, 8)
    assert shelf.outbox.pop(RAW).sequence == 1
    assert shelf.outbox.head(RAW) is None
    assert shelf.outbox.drop_oldest("press", 0, busy=()) == []
    assert shelf.outbox.drop_aged(RAW, 100) == []
    shelf.compaction.merged(Merged(RAW, 2, None))  # there was no room
    assert shelf.outbox.head(RAW) == info_of(2)


def info_of(sequence: int) -> SegmentInfo:
    return SegmentInfo(RAW, sequence, 1, 1, 10, Priority.NORMAL, 1)


def test_what_the_head_has_reached_meanwhile_is_not_merged_any_more() -> None:
    shelf = Shelf()
    shelf.compaction.came([info_of(n) for n in range(1, 9)])
    for number in range(1, 9):
        shelf.outbox.append(info_of(number))
    shelf.compaction._look(RAW, shelf.compaction._streams[RAW], None)
    for _ in range(2):
        shelf.outbox.pop(RAW)
    assert shelf.compaction.start(dict) == []
    assert shelf.outbox.head(RAW) == info_of(3)


def test_a_time_that_becomes_known_meanwhile_counts_for_the_merged_one_too() -> None:
    shelf = Shelf()
    for number in range(1, 9):
        info = msgspec.structs.replace(info_of(number), created_us=-number)
        shelf.outbox.append(info)
        shelf.ledger.add(Transaction(), [info])
        shelf.compaction.came([info])
    (merge,) = shelf.compaction.start(dict)
    shelf.outbox.date(Redating(1_000))
    whole = msgspec.structs.replace(info_of(merge.last), first=merge.first, count=7, created_us=-8)
    shelf.compaction.merged(Merged(RAW, merge.first, whole))
    assert [info.created_us for info in shelf.waiting()] == [1_001, 1_008]
