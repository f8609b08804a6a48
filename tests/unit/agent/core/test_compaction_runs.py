"""What merging segments means for a whole agent: every record once, under one key, in order."""

from __future__ import annotations

from collections import Counter

import msgspec
from edge_orch_agent.core.commands import Deliver, Merge
from edge_orch_agent.core.events import Woke
from edge_orch_agent.core.transaction import Drop

from edge_orch.time import HOUR, MINUTE, SECOND
from tests.unit.agent.core.numbered_source import Source
from tests.unit.agent.core.press import JOB, lines, numbers
from tests.unit.agent.core.rig import Rig
from tests.unit.agent.core.test_compaction import RAW


def a_rig(text: str = JOB, unplug_at: int | None = None, span_us: int = HOUR) -> Rig:
    """A device that merges early, and what is made within `span_us`."""
    rig = Rig(unplug_at)
    rig.settings = msgspec.structs.replace(
        rig.settings,
        merge_segments=6,
        merge_bytes=900,
        merge_span_us=span_us,
        deliver_ahead=3,
        retry_most_us=10 * SECOND,
    )
    rig.core = rig._boot()
    rig.sources["press"] = Source([])
    rig.desire(text, 1)
    rig.link(up=True)
    return rig


def shelved(unplug_at: int | None = None) -> Rig:
    """Forty batches while the sink is away for most of the time, then all is delivered."""
    rig = a_rig(unplug_at=unplug_at)
    for turn in range(40):
        rig.down = set() if turn % 13 == 12 else {"lake"}
        rig.sources["press"].batches = [lines(n * 3, 3) for n in range(turn + 1)]
        rig.run(2 * SECOND)
        if turn == 25:
            rig.restart()
    rig.down = set()
    rig.run(10 * MINUTE)
    return rig


def test_every_record_arrives_once_in_order_and_the_ledger_balances() -> None:
    rig = shelved()
    merged = [key for key in rig.delivered["lake"] if "/raw/" in key and "-" in key.rpartition(".")[2]]
    assert len(merged) > 3
    assert numbers(rig) == list(range(120))
    assert not any(account.gap for account in rig.core.ledger.accounts())
    assert rig.core.outbox.size("press") == 0


def test_whenever_the_power_goes_no_record_that_was_tried_comes_under_another_key() -> None:
    """The rig itself holds each key to one content; here each record is held to one key."""
    last = shelved().performed
    for at in range(40, last, 29):
        rig = shelved(at)
        keys = Counter(
            number for key, data in rig.delivered["lake"].items() if "/raw/" in key for number in data.splitlines()
        )
        assert set(keys.values()) == {1}, at
        assert numbers(rig) == list(range(120)), at


def test_a_backlog_of_many_drains_without_waiting_for_the_commit_interval() -> None:
    rig = a_rig(span_us=10 * SECOND)
    rig.down = {"lake"}
    for turn in range(40):
        rig.sources["press"].batches = [lines(n * 3, 3) for n in range(turn + 1)]
        rig.run(20 * SECOND)  # further apart than what is merged
    assert len(list(rig.core.outbox.segments(RAW))) == 40
    rig.down = set()
    rig.run(rig.settings.retry_most_us)
    began = rig.now_us
    rig.tell(Woke())
    assert numbers(rig) == list(range(120))
    assert rig.now_us == began


def test_what_was_handed_to_a_sink_is_never_merged() -> None:
    rig = shelved()
    tried: set[int] = set()
    for step in rig.trace:
        if isinstance(step, Deliver) and step.stream == RAW:
            tried.add(step.sequence)
        elif isinstance(step, Merge) and step.stream == RAW:
            assert not [sequence for sequence in tried if step.first <= sequence <= step.last]


def test_a_drop_names_all_that_the_merged_segment_stood_for() -> None:
    rig = a_rig(JOB + "  limits: {max_age: 1h}\n")
    rig.down = {"lake"}
    for turn in range(20):
        rig.sources["press"].batches = [lines(n * 3, 3) for n in range(turn + 1)]
        rig.run(2 * SECOND)
    assert any(info.first for info in rig.core.outbox.segments(RAW))
    rig.run(2 * HOUR)
    (drop,) = [drop for drop in rig.core.ledger.drops() if drop.stream == RAW]
    assert (drop.first, drop.last, drop.count, drop.reason) == (1, 20, 60, "max_age")
    assert isinstance(drop, Drop)
    assert not any(account.gap for account in rig.core.ledger.accounts())
