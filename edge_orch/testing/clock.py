"""Clocks of a simulated world: one true time, and machines that see it with offset, quality and boot of their own."""

from __future__ import annotations

from edge_orch.time import ClockQuality, Instant

START_US = 1_767_225_600_000_000
"""2026-01-01T00:00:00Z, where the wall clocks of a simulated world begin unless told otherwise."""


class Clock:
    """One machine's clock. All times in microseconds; `true_us` counts from the world's beginning.

    `wall_offset_us` is what the wall clock shows beyond the truth: 0 is right, `-START_US` is a Pi that woke in 1970.
    A reboot begins a new boot id and a monotonic clock at zero.
    """

    def __init__(self, name: str = "host", *, quality: ClockQuality = ClockQuality.SYNCED, wall_offset_us: int = 0):
        self._name = name
        self._boots = 1
        self._booted_us = 0
        self.boot = f"{name}-1"
        """`<name>-<number of the boot>`."""
        self.quality = quality
        self.wall_offset_us = wall_offset_us

    def reboot(self, true_us: int) -> None:
        """Begin the next boot now."""
        self._boots += 1
        self._booted_us = true_us
        self.boot = f"{self._name}-{self._boots}"

    def read(self, true_us: int) -> Instant:
        """What this machine takes the time for."""
        return Instant(START_US + true_us + self.wall_offset_us, true_us - self._booted_us, self.boot, self.quality)

    def true_us(self, mono_us: int) -> int:
        """The true time at which this boot's monotonic clock shows `mono_us`."""
        return self._booted_us + mono_us
