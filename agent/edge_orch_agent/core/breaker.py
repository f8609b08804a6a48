"""Circuit breakers: a sink that fails again and again is asked by one stream at a time."""

from __future__ import annotations

from enum import StrEnum

import msgspec

from edge_orch_agent.core.transaction import StreamId

THRESHOLD = 5
"""Failures in a row, of all streams to a sink together, after which it counts as down."""


class BreakerState(StrEnum):
    """In the words of the field: closed lets everything pass, open nothing, half open one attempt."""

    CLOSED = "closed"
    OPEN = "open"
    HALF_OPEN = "half_open"


class Breaker(msgspec.Struct):
    """One sink of one job. `retry_at`: when the next attempt is due; `probe`: the stream that makes it now."""

    failures: int = 0
    retry_at: int = 0
    probe: StreamId | None = None

    @property
    def state(self) -> BreakerState:
        """Whether the sink is asked."""
        if self.failures < THRESHOLD:
            return BreakerState.CLOSED
        return BreakerState.HALF_OPEN if self.probe else BreakerState.OPEN

    def admits(self, now_us: int) -> bool:
        """Whether a stream may try the sink now."""
        return self.state is BreakerState.CLOSED or (self.probe is None and self.retry_at <= now_us)

    def tried(self, stream: StreamId) -> None:
        """The stream hands something to the sink."""
        if self.failures >= THRESHOLD:
            self.probe = stream

    def failed(self, stream: StreamId, retry_at: int) -> None:
        """It was not taken."""
        self.failures += 1
        self.retry_at = retry_at
        if self.probe == stream:
            self.probe = None

    def answered(self) -> None:
        """The sink works: it took something, or said that it never will."""
        self.failures, self.retry_at, self.probe = 0, 0, None
