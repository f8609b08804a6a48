"""Reads the columns of an Automerge change, bounded: no claim in the bytes makes more rows than the caller allows.

Source: https://automerge.org/automerge-binary-format-spec/ (LEB128, run-length, delta and boolean encodings). Every
function raises `Refused` on bytes that break the format or the bound.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import NoReturn, TypeVar

from edge_orch.errors import Problem, Refused

ValueT = TypeVar("ValueT")


def refuse(found: str) -> NoReturn:
    """Refuse a change for this reason."""
    raise Refused(Problem("change refused before it was applied", found=found))


class Reader:
    """A cursor over bytes that never reads beyond its end."""

    def __init__(self, data: bytes) -> None:
        self._data = data
        self._at = 0
        self._size = len(data)

    @property
    def done(self) -> bool:
        return self._at == self._size

    @property
    def left(self) -> int:
        return self._size - self._at

    def take(self, size: int) -> bytes:
        """The next `size` bytes."""
        start = self._at
        end = self._at = start + size
        if end > self._size:
            refuse("it ends too early")
        return self._data[start:end]

    def unsigned(self) -> int:
        """An unsigned LEB128 number of at most 64 bits."""
        if self._at < self._size and (byte := self._data[self._at]) < 0x80:  # nearly always
            self._at += 1
            return byte
        value, _ = self._leb128()
        if value >= 1 << 64:
            refuse("a number of more than 64 bits")
        return value

    def signed(self) -> int:
        """A signed LEB128 number of at most 64 bits."""
        if self._at < self._size and (byte := self._data[self._at]) < 0x80:  # nearly always
            self._at += 1
            return byte - ((byte & 0x40) << 1)
        value, bits = self._leb128()
        value -= (value >> (bits - 1)) << bits
        if not -1 << 63 <= value < 1 << 63:
            refuse("a number of more than 64 bits")
        return value

    def text(self) -> str:
        """A length and that many bytes of UTF-8."""
        try:
            return self.take(self.unsigned()).decode()
        except UnicodeDecodeError:
            refuse("text that is not UTF-8")

    def _leb128(self) -> tuple[int, int]:
        """The number's bits as an unsigned value, and how many bits were stored."""
        value = 0
        for bits in range(0, 70, 7):
            byte = self.take(1)[0]
            value |= (byte & 0x7F) << bits
            if byte < 0x80:
                return value, bits + 7
        refuse("a number of more than 64 bits")


def run_length(reader: Reader, limit: int, read: Callable[[], ValueT]) -> list[ValueT | None]:
    """Runs of one value, runs of literals, runs of null: all rows until the reader's end."""
    rows: list[ValueT | None] = []
    while reader.left:
        count = reader.signed()
        size = reader.unsigned() if count == 0 else abs(count)
        if size == 0 or len(rows) + size > limit:
            refuse(f"more than {limit} rows, or an empty run")
        if count < 0:
            rows.extend([read() for _ in range(size)])
        else:
            rows.extend([read() if count else None] * size)
    return rows


def integers(data: bytes, limit: int) -> list[int | None]:
    """Rows of unsigned numbers."""
    reader = Reader(data)
    return run_length(reader, limit, reader.unsigned)


def texts(data: bytes, limit: int) -> list[str | None]:
    """Rows of text."""
    reader = Reader(data)
    return run_length(reader, limit, reader.text)


def deltas(data: bytes, limit: int) -> list[int]:
    """Rows of numbers, each stored as the difference from the one before; null is refused."""
    reader = Reader(data)
    rows, total = [], 0
    for step in run_length(reader, limit, reader.signed):
        if step is None:
            refuse("a counter that is null")
        total += step
        rows.append(total)
    return rows


def booleans(data: bytes, limit: int) -> list[bool]:
    """Rows of booleans: alternating run lengths, the first of them false."""
    reader, rows, value = Reader(data), list[bool](), False
    while not reader.done:
        size = reader.unsigned()
        if len(rows) + size > limit:
            refuse(f"more than {limit} rows")
        rows.extend([value] * size)
        value = not value
    return rows
