"""The port every sink implements."""

from __future__ import annotations

from typing import Protocol

from edge_orch.errors import EdgeOrchError
from edge_orch_agent.core.transaction import Segment


class Rejected(EdgeOrchError):
    """The sink will never take these bytes (a 4xx other than 408 and 429): retrying cannot help."""


class Retry(EdgeOrchError):
    """The sink did not take the segment now (timeout, 5xx, 408, 429, no network): try again later."""


class SinkAdapter(Protocol):
    """Delivers segments to one configured sink; options have their secrets resolved already."""

    async def deliver(self, segment: Segment, idempotency_key: str) -> None:
        """Return when the sink has taken the segment for good. Raises `Retry` or `Rejected`."""
        ...

    async def close(self) -> None:
        """Release connections."""
        ...
