from __future__ import annotations

import pytest

from edge_orch.engine.clock import BEFORE, NEVER, Clock
from tests.unit.engine.plans import at

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
