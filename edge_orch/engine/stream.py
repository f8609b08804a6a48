"""The records of one step on their way to its outputs."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from edge_orch.engine.records import Chunk


class Stream:
    """Generated code collects them in `rows`, which is the same list for ever.

    `lines`: how they are written, a line each.
    """

    __slots__ = ("_count", "_encoded", "_lines", "outputs", "rows")

    def __init__(self, outputs: list[str], lines: Callable[[list[Any]], bytes]) -> None:
        self.outputs = outputs
        self.rows: list[Any] = []
        self._lines = lines
        self._encoded: list[bytes] = []
        self._count = 0

    def encode(self) -> None:
        """Rows that were collected become bytes: so many fewer are held at once."""
        if self.rows:
            self._encoded.append(self._lines(self.rows))
            self._count += len(self.rows)
            self.rows.clear()

    def take(self) -> Chunk | None:
        """All since it was last asked, in order; None if that is nothing."""
        rows = self.rows
        if self._encoded:
            self.encode()
            chunk = Chunk(b"".join(self._encoded), self._count)
            self._encoded, self._count = [], 0
        elif rows:
            chunk = Chunk(self._lines(rows), len(rows))
            rows.clear()
        else:
            return None
        return chunk
