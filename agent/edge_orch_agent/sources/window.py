"""How much a source has handed in that is not durable yet."""

from __future__ import annotations

from itertools import count

EACH = 64
"""Bytes of memory that a record takes beside its own."""


class Window:
    """Numbers what is handed in, and says when it is enough for now. `limit`: bytes."""

    def __init__(self, limit: int) -> None:
        self._limit = limit
        self._receipts = count(1)
        self._sizes: dict[int, int] = {}
        self._held = 0

    @property
    def full(self) -> bool:
        """Whether to read no more until something is released."""
        return self._held >= self._limit

    def take(self, records: list[bytes]) -> int:
        """The receipt of these records."""
        receipt = next(self._receipts)
        size = sum(map(len, records)) + EACH * len(records)
        self._sizes[receipt] = size
        self._held += size
        return receipt

    def release(self, receipts: tuple[int, ...]) -> None:
        """These are durable."""
        self._held -= sum(self._sizes.pop(receipt, 0) for receipt in receipts)
