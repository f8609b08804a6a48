"""Aggregates of two numbers that go together, and of numbers one after the other."""

from __future__ import annotations

from collections.abc import Sequence
from math import fsum, nan, sqrt

from edge_orch.engine.accumulators.accumulator import Accumulator, finite


class Slope(Accumulator):
    """`regr_slope`: of the straight line nearest to pairs (x, y), as least squares; NULL where all x are equal.

    Lists are combined as by Chan, Golub, LeVeque (1979), so that large x, such as times, cost no digits.
    """

    __slots__ = ("count", "mean_x", "mean_y", "xx", "xy", "yy")

    def __init__(self) -> None:
        self.count = 0
        self.mean_x = self.mean_y = self.xx = self.xy = self.yy = 0.0

    def fold(self, values: Sequence[tuple[float, float]]) -> None:
        if not values:
            return
        try:
            mean_x = fsum([x for x, _ in values]) / len(values)
            mean_y = fsum([y for _, y in values]) / len(values)
            from_means = [(x - mean_x, y - mean_y) for x, y in values]
            xx = fsum([x * x for x, _ in from_means])
            xy = fsum([x * y for x, y in from_means])
            yy = fsum([y * y for _, y in from_means])
        except (OverflowError, ValueError):  # beyond the range of floats
            mean_x = mean_y = xx = xy = yy = nan
        self._add((len(values), mean_x, mean_y, xx, xy, yy))

    def value(self) -> float | None:
        return finite(self.xy / self.xx) if self.xx > 0 else None

    def merge(self, other: Slope) -> None:
        if other.count:
            self._add(other.state())

    def state(self) -> tuple[int, float, float, float, float, float]:
        return (self.count, self.mean_x, self.mean_y, self.xx, self.xy, self.yy)

    def restore(self, state: tuple[int, float, float, float, float, float]) -> None:
        self.count, self.mean_x, self.mean_y, self.xx, self.xy, self.yy = state

    def _add(self, added: tuple[int, float, float, float, float, float]) -> None:
        more, mean_x, mean_y, xx, xy, yy = added
        count = self.count + more
        step_x, step_y = mean_x - self.mean_x, mean_y - self.mean_y
        between = self.count * more / count
        self.xx += xx + step_x * step_x * between
        self.xy += xy + step_x * step_y * between
        self.yy += yy + step_y * step_y * between
        self.mean_x += step_x * more / count
        self.mean_y += step_y * more / count
        self.count = count


class Correlation(Slope):
    """`corr`: Pearson's, from -1 to 1; NULL where all x or all y are equal."""

    __slots__ = ()

    def value(self) -> float | None:
        if not (self.xx > 0 and self.yy > 0):
            return None
        return finite(max(-1.0, min(1.0, self.xy / (sqrt(self.xx) * sqrt(self.yy)))))


class Smoothed(Accumulator):
    """`ewma`: each value moves it by the part `weight` of what it is off; the first one sets it."""

    __slots__ = ("count", "first", "smooth", "weight")

    def __init__(self, weight: float) -> None:
        self.weight = weight
        self.count = 0
        self.first = self.smooth = 0.0

    def fold(self, values: Sequence[float]) -> None:
        for value in values:
            if self.count:
                self.smooth = (1 - self.weight) * self.smooth + self.weight * value
            else:
                self.first = self.smooth = float(value)
            self.count += 1

    def value(self) -> float | None:
        return finite(self.smooth) if self.count else None

    def merge(self, other: Smoothed) -> None:
        """What `other` began with weighs less, since it was not the first, and what was before it the rest."""
        if not other.count:
            return
        before = (self.smooth - other.first) * (1 - self.weight) ** other.count if self.count else 0.0
        self.first = self.first if self.count else other.first
        self.smooth = other.smooth + before
        self.count += other.count

    def state(self) -> tuple[int, float, float]:
        return (self.count, self.first, self.smooth)

    def restore(self, state: tuple[int, float, float]) -> None:
        self.count, self.first, self.smooth = state
