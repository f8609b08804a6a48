"""The swinging door: which of many points are enough to draw a curve."""

from __future__ import annotations

from collections.abc import Sequence
from math import inf
from typing import Any

from edge_orch.engine.accumulators.accumulator import Accumulator

Point = tuple[float, float]


class Door(Accumulator):
    """`swinging_door`: whether a new stretch begins with the latest (x, y), for a straight line no longer did.

    A stretch goes on while the line from the last point before it to the latest one is off by less than `band` at all
    between (by nothing, for a band of 0), as by Bristol (1990). So the last point of each stretch is enough: lines
    between those are off by less than `band` everywhere. A stretch ends as well where x does not grow.
    """

    __slots__ = ("band", "base", "high", "last", "low", "turned")

    def __init__(self, band: float) -> None:
        self.band = band
        self.base: Point | None = None
        self.last: Point | None = None
        self.low, self.high = -inf, inf
        """The slopes of all lines from `base` that lie within the band of every point since."""
        self.turned: bool | None = None

    def fold(self, values: Sequence[Point]) -> None:
        for x, y in values:
            self.turned = not self._goes_on(x, y)
            if self.turned:
                self.base, self.low, self.high = self.last, -inf, inf
            if self.base is not None:
                self._narrow(self.base, x, y)
            self.last = (x, y)

    def value(self) -> bool | None:
        return self.turned

    def merge(self, _other: Door) -> None:
        """What another saw cannot be judged by a base that it did not know: windows, which merge, do not take it."""
        raise TypeError("a swinging door follows records one by one")

    def state(self) -> tuple[Any, ...]:
        return (self.base, self.last, self.low, self.high, self.turned)

    def restore(self, state: tuple[Any, ...]) -> None:
        base, last, self.low, self.high, self.turned = state
        self.base, self.last = base and tuple(base), last and tuple(last)

    def _goes_on(self, x: float, y: float) -> bool:
        if self.base is None or self.last is None or x <= self.last[0] or x <= self.base[0]:
            return False
        slope = (y - self.base[1]) / (x - self.base[0])
        return self.low < slope < self.high or self.low == slope == self.high

    def _narrow(self, base: Point, x: float, y: float) -> None:
        if x <= base[0]:
            self.low, self.high = inf, -inf  # no line leads there
            return
        self.low = max(self.low, (y - self.band - base[1]) / (x - base[0]))
        self.high = min(self.high, (y + self.band - base[1]) / (x - base[0]))
