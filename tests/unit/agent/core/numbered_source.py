"""A source in memory whose position is a number."""

from __future__ import annotations

from collections.abc import Mapping

from edge_orch_agent.core.events import (
    BatchRead,
)

from edge_orch.engine.records import Batch
from edge_orch.time import Instant


class Source:
    """Numbered batches; `unacknowledged` bounds how far it reads ahead. The position is the number of the next one."""

    def __init__(self, batches: list[bytes], ahead: int = 3) -> None:
        self.batches = batches
        self.ahead = ahead
        self.acknowledged: set[int] = set()
        self.starts = 0
        self._next: int | None = None

    def start(self, positions: Mapping[str, bytes]) -> None:
        self.starts += 1
        self._next = int(positions.get("p", b"0"))

    def stop(self) -> None:
        self._next = None

    def read(self, job: str, now: Instant) -> BatchRead | None:
        """The next batch, unless too many wait for their acknowledgement."""
        number = self._next
        if number is None or number >= len(self.batches):
            return None
        behind = sum(1 for earlier in range(number) if earlier not in self.acknowledged)
        if behind >= self.ahead:
            return None
        self._next = number + 1
        batch = Batch("p", self.batches[number], now, position=number * 1_000)
        return BatchRead(job, batch, number, {"p": b"%d" % (number + 1)})
