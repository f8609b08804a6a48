"""Inflow: how much comes into the outbox, lately."""

from __future__ import annotations

from math import exp

import msgspec

from edge_orch.time import DAY, HOUR, MINUTE, Instant

MEMORY_US = HOUR
"""How far back it looks: what came an hour ago counts a third of what comes now."""
KNOWN_AFTER_US = MINUTE


class _Flow(msgspec.Struct):
    since_us: int
    at_us: int
    bytes: float = 0.0


class Inflow:
    """A fading sum a job, by the monotonic clock: a clock that is set changes no rate. Begins anew with the process."""

    def __init__(self) -> None:
        self._flows: dict[str, _Flow] = {}

    def add(self, job: str, size: int, now: Instant) -> None:
        """So many bytes have come for the job's sinks; 0 begins to measure."""
        flow = self._flows.setdefault(job, _Flow(now.mono_us, now.mono_us))
        flow.bytes = flow.bytes * exp((flow.at_us - now.mono_us) / MEMORY_US) + size
        flow.at_us = now.mono_us

    def per_day(self, job: str, now: Instant) -> int | None:
        """Bytes a day at the rate of late; None while the job was not watched for a minute."""
        flow = self._flows.get(job)
        if flow is None or now.mono_us - flow.since_us < KNOWN_AFTER_US:
            return None
        seen_us = MEMORY_US * (1 - exp((flow.since_us - now.mono_us) / MEMORY_US))
        return round(flow.bytes * exp((flow.at_us - now.mono_us) / MEMORY_US) * DAY / seen_us)
