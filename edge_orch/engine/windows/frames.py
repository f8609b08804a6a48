"""Where windows lie that event time alone decides.

Such windows are made of panes: the longest stretches of time that no window begins or ends within. A record is folded
once, into its pane, whatever the number of windows it belongs to (Li, Maier, Tufte, Papadimos, Tucker: "No pane, no
gain: efficient evaluation of sliding-window aggregates over data streams", SIGMOD Record 34(1), 2005).

Where windows overlap much, panes are grouped in blocks, at fixed places in time. A window is put together of the blocks
that lie in it whole, each merged once for all windows, and of the panes at its ends: at most 3√n parts instead of n.
What is merged with what, and so each bit of a sum, depends on the place of a window in time only.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from math import gcd, isqrt
from typing import Protocol

FEWEST_BLOCKED = 9
"""Of how many panes a window must be for blocks of them to pay."""


class Frames(Protocol):
    """Where windows lie. All of these are (start, end), microseconds, the end not included.

    `in_block`: how many panes are a block.
    """

    in_block: int

    def pane(self, time_us: int) -> tuple[int, int]:
        """The pane of a moment."""
        ...

    def panes(self, start: int, end: int) -> Iterable[int]:
        """Where the panes of a window start."""
        ...

    def block(self, pane: int) -> int:
        """Where the block of the pane starts."""
        ...

    def parts(self, start: int, end: int) -> Iterable[Sequence[int]]:
        """The panes of a window, in order, those of a whole block together."""
        ...

    def windows(self, pane: int) -> list[tuple[int, int]]:
        """The windows that hold the pane which starts there, the oldest first."""
        ...

    def first_after(self, time_us: int) -> int:
        """Where the first window starts that ends after this moment."""
        ...

    def last_before(self, time_us: int) -> int:
        """Where the last window ends that starts before this moment: then `first_after` has come to it."""
        ...


def pane_us(size_us: int, every_us: int) -> int:
    """How long the panes of sliding windows are."""
    return gcd(size_us, every_us)


class SlidingFrames:
    """Windows of one size, one beginning at each multiple of `every` since the Unix epoch."""

    def __init__(self, size_us: int, every_us: int) -> None:
        self._size, self._every = size_us, every_us
        self._pane = pane_us(size_us, every_us)
        panes = size_us // self._pane
        self.in_block = isqrt(panes) if panes >= FEWEST_BLOCKED else 1
        self._block = self._pane * self.in_block

    def pane(self, time_us: int) -> tuple[int, int]:
        """See `Frames`."""
        start = time_us - time_us % self._pane
        return start, start + self._pane

    def panes(self, start: int, end: int) -> Iterable[int]:
        """See `Frames`."""
        return range(start, end, self._pane)

    def block(self, pane: int) -> int:
        """See `Frames`."""
        return pane - pane % self._block

    def parts(self, start: int, end: int) -> Iterable[Sequence[int]]:
        """See `Frames`."""
        while start < end:
            length = self._pane if start % self._block or start + self._block > end else self._block
            yield range(start, start + length, self._pane)
            start += length

    def windows(self, pane: int) -> list[tuple[int, int]]:
        """See `Frames`."""
        newest = pane - pane % self._every
        oldest = self.first_after(pane)
        return [(start, start + self._size) for start in range(oldest, newest + 1, self._every)]

    def first_after(self, time_us: int) -> int:
        """See `Frames`."""
        return (time_us - self._size) // self._every * self._every + self._every

    def last_before(self, time_us: int) -> int:
        """See `Frames`."""
        return -(-time_us // self._every) * self._every - self._every + self._size
