"""The port every source implements."""

from __future__ import annotations

from collections.abc import Callable
from typing import Protocol

from edge_orch_agent.core.events import BatchRead, SourceFailed

Emit = Callable[[BatchRead | SourceFailed], None]
"""Called by a source on the event loop's thread with what it read."""


class SourceAdapter(Protocol):
    """Reads for one job. Unacknowledged work is bounded by the source itself (backpressure)."""

    async def start(self, positions: dict[str, bytes], emit: Emit) -> None:
        """Begin to read behind the stored positions; returns at once, failures are reported as `SourceFailed`.

        Raises `UnreadablePosition`, before it has begun, at one that it cannot decode: it is started again without.
        """
        ...

    def acknowledge(self, receipts: tuple[int, ...]) -> None:
        """These batches are durable: let their origin forget them."""
        ...

    async def stop(self) -> None:
        """Stop reading; what is not acknowledged stays with its origin."""
        ...
