"""Virtual clocks."""

from __future__ import annotations

from edge_orch.testing.clock import START_US, Clock
from edge_orch.time import HOUR, SECOND, ClockQuality, Instant


def test_a_right_clock_shows_the_truth() -> None:
    assert Clock("pi").read(SECOND) == Instant(START_US + SECOND, SECOND, "pi-1", ClockQuality.SYNCED)


def test_a_reboot_begins_a_new_monotonic_time_and_boot() -> None:
    clock = Clock("pi")
    clock.reboot(HOUR)
    assert clock.read(HOUR + 5) == Instant(START_US + HOUR + 5, 5, "pi-2")
    assert clock.true_us(5) == HOUR + 5


def test_a_pi_may_wake_in_1970() -> None:
    clock = Clock("pi", quality=ClockQuality.UNKNOWN, wall_offset_us=-START_US)
    assert clock.read(7) == Instant(7, 7, "pi-1", ClockQuality.UNKNOWN)
    clock.wall_offset_us = 0
    clock.quality = ClockQuality.SYNCED
    assert clock.read(8) == Instant(START_US + 8, 8, "pi-1")
