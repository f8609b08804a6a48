"""What waits too long, and what nobody takes any more: dropped with a reason, and told by number (ANCHORS 13)."""

from __future__ import annotations

import pytest
from edge_orch_agent.core.transaction import Drop, StreamId

from edge_orch.time import HOUR, MINUTE, SECOND
from tests.unit.agent.core.numbered_source import Source
from tests.unit.agent.core.press import JOB, a_rig, lines, numbers
from tests.unit.agent.core.rig import Rig

RAW = StreamId("press", "raw", "lake")
AN_HOUR = JOB + "  limits: {max_age: 1h}\n"


def ranges(rig: Rig) -> list[tuple[int, int, int, str]]:
    drops = rig.store.load().drops
    assert rig.core.ledger.drops() == drops
    return [(drop.first, drop.last, drop.count, drop.reason) for drop in drops if drop.stream == RAW]


def without_lake(job: str) -> str:
    return job.replace("to: lake", "to: pond").replace("lake: {", "pond: {")


def test_what_is_too_old_goes_though_nothing_new_arrives() -> None:
    rig = a_rig([lines(0, 5)])
    rig.desire(AN_HOUR, 2)
    rig.link(up=False)
    rig.down = {"lake"}
    rig.sources["press"].batches += [lines(5, 5), lines(10, 5)]
    rig.run(50 * MINUTE)
    assert ranges(rig) == []
    rig.run(15 * MINUTE)
    assert rig.store.load().segments == []
    assert [reason for *_, reason in ranges(rig)] == ["max_age"]
    delivered = len(numbers(rig))
    assert delivered + sum(count for *_, count, _ in ranges(rig)) == 15
    assert rig.ledger()["raw/lake", "dropped:max_age"] == 15 - delivered


def test_it_goes_also_after_a_restart_into_silence() -> None:
    rig = a_rig([])
    rig.desire(AN_HOUR, 2)
    rig.link(up=False)
    rig.down = {"lake"}
    rig.sources["press"].batches += [lines(0, 5)]
    rig.run(MINUTE)
    rig.restart()
    rig.run(2 * HOUR)
    assert ranges(rig) == [(1, 1, 5, "max_age")]


def test_a_sink_that_no_version_defines_is_told_and_its_backlog_ages_out_with_a_reason() -> None:
    rig = a_rig([lines(0, 5)])
    rig.down = {"lake"}
    rig.run(2 * MINUTE)
    for version in (2, 3):  # so that no last good version knows the lake
        rig.desire(without_lake(AN_HOUR).replace("hot'", f"hot {version}'"), version)
        rig.sources["press"].batches.append(lines(20 * version, 20))  # enough to prove itself
        rig.run(2 * MINUTE)
    rig.down = set()
    rig.link(up=False)
    rig.run(30 * MINUTE)
    (stuck,) = [stream for stream in rig.core.view().outbox if stream.stream == RAW]
    assert stuck.failure == "no version of the job on this device defines this sink"
    rig.run(HOUR)
    assert ranges(rig) == [(1, 1, 5, "no_sink")]
    assert rig.store.load().segments == []


@pytest.mark.parametrize("policy", ["drop_oldest", "drop_newest"])
def test_what_was_dropped_and_what_arrived_are_all_numbers_once(policy: str) -> None:
    rig = Rig()
    rig.sources["press"] = Source([lines(n, 1) for n in range(200)], ahead=1)
    rig.down = {"lake"}
    rig.desire(JOB + f"  limits: {{outbox: 2KiB, on_full: {policy}}}\n", 1)
    rig.link(up=True)
    for _ in range(5):
        rig.run(MINUTE)
        rig.restart()
    rig.down = set()
    rig.run(10 * MINUTE)
    arrived = {int(key.rpartition(".")[2]) for key in rig.delivered["lake"] if "/raw/" in key}
    dropped = [number for first, last, *_ in ranges(rig) for number in range(first, last + 1)]
    assert sorted([*arrived, *dropped]) == list(range(1, 1 + len(arrived) + len(dropped)))
    assert rig.ledger()["raw/lake", "dropped:outbox_full"] == sum(count for *_, count, _ in ranges(rig))


def test_a_drop_is_continued_only_without_a_gap_and_for_the_same_reason() -> None:
    drop = Drop(RAW, 1, 3, 4, 20, "max_age", 5 * SECOND)
    assert drop.continued(Drop(RAW, 1, 5, 5, 7, "max_age", 6 * SECOND)) == Drop(RAW, 1, 3, 5, 27, "max_age", 6 * SECOND)
    assert drop.continued(Drop(RAW, 1, 6, 6, 7, "max_age", 0)) is None
    assert drop.continued(Drop(RAW, 1, 5, 5, 7, "no_sink", 0)) is None
    assert drop.continued(Drop(RAW, 2, 5, 5, 7, "max_age", 0)) is None
