from __future__ import annotations

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from edge_orch.engine.clock import BEFORE, NEVER, Clock
from edge_orch.engine.records import StepCount
from edge_orch.plan.plan import Plan
from edge_orch.plan.steps import Aggregation, Step
from edge_orch.time import SECOND, ClockQuality, Instant
from tests.unit.engine.plans import INT, TIMESTAMP, aggregate, at, batch, parsed, pipeline, plan, rows, schematize

IDLE = 10_000_000


class Marks:
    """A timer with something due at each of some times."""

    def __init__(self, *due: int) -> None:
        self.waiting = sorted(due)
        self.happened: list[tuple[int, int]] = []
        self.finished = False

    def due(self) -> int:
        return self.waiting[0] if self.waiting else NEVER

    def sweep(self) -> int:
        return NEVER

    def advance(self, watermark_us: int) -> None:
        while self.due() <= watermark_us:
            self.happened.append((self.waiting.pop(0), watermark_us))

    def finish(self) -> None:
        self.finished = True


def a_clock(*due: int) -> tuple[Clock, Marks]:
    clock, marks = Clock(IDLE), Marks(*due)
    clock.watch([marks])
    return clock, marks


def see(clock: Clock, partition: str, top_us: int, second: float) -> None:
    """One record of that event time, arrived at that second."""
    top, limit = clock.begin(partition, at(second))
    top = max(top, top_us)
    if top >= limit:
        clock.tick(top)
    clock.end(partition, top, 1, at(second))


def test_nothing_is_known_before_the_first_record() -> None:
    clock, marks = a_clock(5)
    clock.advance(at(1000))
    assert clock.wake_at() is None
    assert clock.at(BEFORE) == BEFORE
    assert not marks.happened


def test_the_watermark_is_the_least_of_the_partitions_and_never_goes_back() -> None:
    clock, marks = a_clock(5, 8)
    see(clock, "p", 6, 0)
    assert marks.happened == [(5, 6)]
    see(clock, "q", 4, 1)
    see(clock, "p", 9, 2)
    assert clock.at(9) == 6
    assert len(marks.happened) == 1
    see(clock, "q", 9, 3)
    assert marks.happened[1:] == [(8, 9)]


def test_a_silent_partition_is_forgotten_and_comes_back() -> None:
    clock, marks = a_clock(8)
    see(clock, "p", 1, 0)
    see(clock, "q", 9, 5)
    assert clock.wake_at() == IDLE
    clock.advance(at(9.9))
    assert not marks.happened
    clock.advance(at(10))
    assert marks.happened == [(8, 9)]
    see(clock, "p", 2, 11)
    assert clock.at(2) == 9


def test_when_all_are_silent_time_flows_only_as_far_as_something_is_due() -> None:
    clock, marks = a_clock(15_000_000)
    see(clock, "p", 1_000_000, 0)
    assert clock.wake_at() == 14_000_000
    clock.advance(at(13.9))
    assert not marks.happened
    clock.advance(at(1000))
    assert marks.happened == [(15_000_000, 15_000_000)]
    assert clock.at(BEFORE) == 15_000_000
    assert clock.wake_at() is None


def test_a_batch_without_event_times_moves_nothing() -> None:
    clock, _ = a_clock(5)
    clock.begin("p", at(0))
    clock.end("p", BEFORE, 3, at(0))
    clock.end("p", 9, 0, at(0))
    assert clock.wake_at() is None


def test_a_snapshot_goes_on_and_another_boot_counts_silence_anew() -> None:
    clock, _ = a_clock(8)
    see(clock, "p", 1, 100)
    see(clock, "q", 9, 100)
    again, marks = a_clock(8)
    again.restore(clock.snapshot())
    again.advance(at(50, boot="next"))
    assert not marks.happened
    assert again.wake_at() == 60_000_000
    again.advance(at(60, boot="next"))
    assert marks.happened == [(8, 9)]


def test_the_end_of_input_reaches_every_timer() -> None:
    clock, marks = a_clock(5)
    clock.finish()
    assert marks.finished


@pytest.mark.parametrize("top", [1, 5])
def test_the_limit_is_never_while_others_hold_back(top: int) -> None:
    clock, _ = a_clock(7)
    see(clock, "q", top, 0)
    clock.begin("p", at(1))
    assert clock.limit() == NEVER


def dated(*seconds: float) -> bytes:
    return b"".join(b'{"t":%f}\n' % second for second in seconds)


def ahead_job(*steps: Step) -> Plan:
    parse = schematize(parsed("t", TIMESTAMP, format="unix_s"), time="t")
    return plan(msgspec.structs.replace(parse, max_ahead_us=100 * SECOND), *steps)


def counting() -> Step:
    return aggregate(schematize(parsed("t", TIMESTAMP, format="unix_s"), time="t"), Aggregation("n", "count", INT))


def test_a_record_dated_too_far_ahead_is_dead_and_makes_nothing_late() -> None:
    engine = pipeline(ahead_job(counting()))
    emission = engine.process(batch(dated(1, 101, 101.5, 9e9, 102), received=at(1)))
    assert [(letter.position, letter.field) for letter in emission.dead] == [(2, "t"), (3, "t"), (4, "t")]
    assert emission.dead[0].reason == "is dated more than 1m40s after its arrival (max_ahead)"
    assert emission.counts["parse"] == StepCount(entered=5, passed=2, dead=3)
    later = engine.process(batch(dated(105, 112), received=at(20), position=5))
    assert [row["n"] for row in (*rows(emission), *rows(later))] == [1, 2]


def test_how_far_ahead_a_date_lies_is_asked_only_of_a_machine_that_knows_the_time() -> None:
    lost = Instant(1 * SECOND, 1 * SECOND, "boot", ClockQuality.UNKNOWN)
    assert not pipeline(ahead_job(counting())).process(batch(dated(9e9), received=lost)).dead


def test_a_job_that_keeps_no_time_takes_every_date() -> None:
    assert not pipeline(ahead_job()).process(batch(dated(9e9))).dead


@given(st.lists(st.sampled_from([1, 50, 99, 100, 101, 103, 9e9]), max_size=12), st.integers(0, 12))
def test_dates_ahead_are_refused_alike_however_records_are_batched(times: list[float], cut: int) -> None:
    def run(*parts: list[float]) -> tuple[list[object], list[int]]:
        engine, made, dead, position = pipeline(ahead_job(counting())), [], [], 0
        for part in parts:
            emission = engine.process(batch(dated(*part), received=at(1), position=position))
            made += rows(emission)
            dead += [letter.position for letter in emission.dead]
            position += len(part)
        return made + rows(engine.finish()), dead

    assert run(times[:cut], times[cut:]) == run(times)
    assert run(times)[1] == [number for number, time in enumerate(times) if time > 101]
