"""The port every sink implements."""

from __future__ import annotations

from typing import Protocol

from edge_orch.errors import EdgeOrchError, Problem
from edge_orch_agent.core.transaction import Segment


class Rejected(EdgeOrchError):
    """The sink will never take these bytes (such as 400, 413, 422): retrying cannot help."""


class Retry(EdgeOrchError):
    """The sink did not take the segment now (timeout, 5xx, 408, 429, a refused token, no network): try again later.

    `after_s`: not before so many seconds, where the sink has said so.
    """

    def __init__(self, *problems: Problem | str, after_s: float = 0.0) -> None:
        super().__init__(*problems)
        self.after_s = after_s


class SinkAdapter(Protocol):
    """Delivers segments to one configured sink; options have their secrets resolved already."""

    async def deliver(self, segment: Segment, idempotency_key: str) -> None:
        """Return when the sink has taken the segment for good. Raises `Retry` or `Rejected`."""
        ...

    async def close(self) -> None:
        """Release connections."""
        ...
