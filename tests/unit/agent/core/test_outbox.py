from __future__ import annotations

from collections import deque

import msgspec
import pytest
from edge_orch_agent.core.outbox import Outbox, choose_newest
from edge_orch_agent.core.stored_state import StoredState
from edge_orch_agent.core.transaction import Priority, Segment, SegmentInfo, StreamId
from hypothesis import given
from hypothesis import strategies as st

LOW = StreamId("press", "raw", "lake")
HIGH = StreamId("press", "stats", "warehouse")
ALERTS = StreamId("press", "alerts", "oncall")
PRIORITIES = {LOW: Priority.LOW, HIGH: Priority.HIGH, ALERTS: Priority.ALERT}


def info(stream: StreamId, sequence: int, size: int = 10, created_us: int = 1_000) -> SegmentInfo:
    return SegmentInfo(stream, sequence, 1, 1, size, PRIORITIES[stream], created_us)


def an_outbox(*segments: SegmentInfo) -> Outbox:
    return Outbox(StoredState(segments=list(segments)))


def arriving(stream: StreamId, size: int) -> Segment:
    return Segment(stream, 0, 1, 1, PRIORITIES[stream], 1_000, b"x" * size)


def test_the_most_urgent_stream_comes_first() -> None:
    assert an_outbox(info(LOW, 1), info(HIGH, 1), info(ALERTS, 1)).streams() == (ALERTS, HIGH, LOW)


def test_the_order_follows_each_head() -> None:
    """A stream that begins, ends, or whose next segment is of another urgency, as another version may say."""
    outbox = an_outbox(msgspec.structs.replace(info(LOW, 1), priority=Priority.ALERT), info(LOW, 2), info(HIGH, 1))
    assert outbox.streams() == (LOW, HIGH)
    outbox.pop(LOW)
    assert outbox.streams() == (HIGH, LOW)
    outbox.append(info(ALERTS, 1))
    assert outbox.streams() == (ALERTS, HIGH, LOW)
    outbox.pop(HIGH)
    assert outbox.streams() == (ALERTS, LOW)


def test_a_stream_gives_its_segments_in_order() -> None:
    outbox = an_outbox(info(LOW, 1), info(LOW, 2))
    assert [outbox.pop(LOW).sequence, outbox.pop(LOW).sequence] == [1, 2]
    assert outbox.head(LOW) is None
    assert outbox.size("press") == 0
    assert not outbox.holds("press")


def test_sequences_go_on_where_the_store_left_off() -> None:
    outbox = Outbox(StoredState(next_sequence={LOW: 7}))
    assert [outbox.next_sequence(LOW), outbox.next_sequence(LOW), outbox.next_sequence(HIGH)] == [7, 8, 1]


def test_low_priority_goes_first_and_alerts_last() -> None:
    outbox = an_outbox(info(ALERTS, 1), info(HIGH, 1), info(LOW, 1), info(LOW, 2))
    assert [segment.stream for segment in outbox.drop_oldest("press", 10, busy=())] == [LOW, LOW, HIGH]
    assert outbox.streams() == (ALERTS,)


def test_what_is_being_delivered_is_not_dropped() -> None:
    outbox = an_outbox(info(LOW, 1), info(HIGH, 1))
    assert [segment.stream for segment in outbox.drop_oldest("press", 0, busy={LOW})] == [HIGH]


def test_other_jobs_are_not_touched() -> None:
    other = StreamId("other", "raw", "lake")
    foreign = SegmentInfo(other, 1, 1, 1, 500, Priority.LOW, 1_000)
    outbox = an_outbox(foreign, info(LOW, 1))
    outbox.drop_oldest("press", 0, busy=())
    assert outbox.head(other) == foreign


def test_age_counts_from_creation_and_only_where_it_is_known() -> None:
    outbox = an_outbox(info(LOW, 1, created_us=100), info(LOW, 2, created_us=900), info(HIGH, 1, created_us=0))
    assert [segment.sequence for segment in outbox.drop_aged(LOW, oldest_us=500)] == [1]
    assert outbox.drop_aged(HIGH, oldest_us=500) == []


@pytest.mark.parametrize(("excess", "refused"), [(0, []), (5, [LOW]), (15, [LOW, HIGH]), (99, [LOW, HIGH])])
def test_of_what_arrives_the_least_urgent_is_refused_and_never_an_alert(excess: int, refused: list[StreamId]) -> None:
    segments = [arriving(ALERTS, 10), arriving(HIGH, 10), arriving(LOW, 10)]
    assert [segment.stream for segment in choose_newest(segments, excess)] == refused


@given(
    st.lists(
        st.one_of(
            st.tuples(st.just("append"), st.sampled_from([LOW, HIGH, ALERTS]), st.integers(1, 50)),
            st.tuples(st.just("pop"), st.sampled_from([LOW, HIGH, ALERTS]), st.just(0)),
            st.tuples(st.just("cap"), st.just(LOW), st.integers(0, 100)),
        )
    )
)
def test_it_behaves_as_queues_in_memory_do(steps: list[tuple[str, StreamId, int]]) -> None:
    outbox = an_outbox()
    model: dict[StreamId, deque[SegmentInfo]] = {stream: deque() for stream in PRIORITIES}
    for step, stream, number in steps:
        if step == "append":
            segment = info(stream, outbox.next_sequence(stream), size=number)
            outbox.append(segment)
            model[stream].append(segment)
        elif step == "pop" and model[stream]:
            assert outbox.pop(stream) == model[stream].popleft()
        elif step == "cap":
            for dropped in outbox.drop_oldest("press", number, busy=()):
                assert dropped == model[dropped.stream].popleft()
                assert dropped.priority is not Priority.ALERT or not (model[LOW] or model[HIGH])
            assert outbox.size("press") <= number
        for known, segments in model.items():
            assert list(outbox.segments(known)) == list(segments)
        assert outbox.size("press") == sum(segment.size for segments in model.values() for segment in segments)
