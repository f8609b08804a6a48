"""Wear: what this agent has had written to its disk, day by day, against a budget: flash cells bear so many writes."""

from __future__ import annotations

from collections import deque

import msgspec

from edge_orch.time import DAY, HOUR, MINUTE, Instant, format_timestamp
from edge_orch_agent.core.commands import Measure
from edge_orch_agent.core.settings import Settings
from edge_orch_agent.core.transaction import Transaction, WearDay

HORIZON_US = HOUR
"""What a day will bring is told from the last hour: a burst of some minutes is no alarm."""
ENOUGH_US = 10 * MINUTE
"""Less than this says nothing about a day: a start, a rollout."""
CALM = 0.8
"""An alarm ends when the projection is clearly below the budget: at its edge it would come and go."""


class WearView(msgspec.Struct, frozen=True):
    """As people see it. In bytes; `projected`: a day at the rate of the last hour, 0 while that is not known.

    `budget`: what a day may take, 0 for any. `written`, `delivered`: since the start. `days`: newest last.
    """

    written: int
    delivered: int
    projected: int
    budget: int
    days: tuple[WearDay, ...]


class Wear:
    """Asks the shell every minute what the kernel has counted, and books it on the day.

    A row goes along with whatever commit comes next and never makes one by itself. What was measured while the clock
    was not to be trusted is booked on the first day that is known. After a crash the last minute is missing.
    """

    def __init__(self, settings: Settings, stored: list[WearDay]) -> None:
        self.budget = settings.flash_budget
        self._every_us = settings.wear_every_us
        self._days = {day.day: day for day in stored}
        self._samples: deque[tuple[int, int]] = deque()
        self._delivered = 0
        self._unbooked = [0, 0]
        self._due_at = 0
        self._alarming = False

    def measure(self, now: Instant) -> list[Measure]:
        """Ask, when it is time."""
        if self._due_at > now.mono_us:
            return []
        self._due_at = now.mono_us + self._every_us
        return [Measure()]

    def wake_at(self) -> int:
        """When to ask next."""
        return self._due_at

    def delivered(self, size: int) -> None:
        """A sink has taken that many bytes of records."""
        self._delivered += size
        self._unbooked[1] += size

    def measured(self, written: int, upkeep: Transaction, now: Instant) -> None:
        """What the kernel has counted since the start of the process."""
        last = self._samples[-1][1] if self._samples else 0
        self._unbooked[0] += max(0, written - last)
        self._samples.append((now.mono_us, written))
        while now.mono_us - self._samples[0][0] > HORIZON_US:
            self._samples.popleft()
        if now.trusted and any(self._unbooked):
            name = format_timestamp(now.wall_us)[:10]
            booked = self._days.get(name, WearDay(name, 0, 0))
            self._days[name] = WearDay(name, booked.written + self._unbooked[0], booked.delivered + self._unbooked[1])
            self._unbooked = [0, 0]
            upkeep.wear[name] = self._days[name]

    def trouble(self) -> str:
        """Why the disk will not last, in words; empty while it will."""
        projected = self.projected()
        self._alarming = bool(self.budget) and projected > self.budget * (CALM if self._alarming else 1)
        if not self._alarming:
            return ""
        return (
            f"at the rate of the last hour {projected / 1e9:.1f} GB a day are written to the disk,"
            f" and its budget is {self.budget / 1e9:g} GB"
        )

    def projected(self) -> int:
        """Bytes a day."""
        if not self._samples:
            return 0
        (since, first), (until, last) = self._samples[0], self._samples[-1]
        return (last - first) * DAY // (until - since) if until - since >= ENOUGH_US else 0

    def view(self) -> WearView:
        """For people."""
        days = tuple(day for _, day in sorted(self._days.items()))
        written = self._samples[-1][1] if self._samples else 0
        return WearView(written, self._delivered, self.projected(), self.budget, days)
