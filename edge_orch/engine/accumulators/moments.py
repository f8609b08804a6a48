"""Aggregates of the shape of a distribution: what vibration and its kin are told apart by."""

from __future__ import annotations

from collections.abc import Sequence
from math import fsum, nan, sqrt

from edge_orch.engine.accumulators.accumulator import Accumulator, finite

_ROUNDING = 2**-50  # what a mean may be off by, of itself


class Moments(Accumulator):
    """Sums of powers, 2 to 4, of what values are off their mean. Lists are combined as by Pébay (2008)."""

    __slots__ = ("count", "cubes", "fourths", "mean", "squares")

    def __init__(self) -> None:
        self.count = 0
        self.mean = self.squares = self.cubes = self.fourths = 0.0

    def fold(self, values: Sequence[float]) -> None:
        if not values:
            return
        try:
            mean = fsum(values) / len(values)
            off = [value - mean for value in values]
            powers = [fsum([x**power for x in off]) for power in (2, 3, 4)]
        except (OverflowError, ValueError):  # beyond the range of floats
            mean, powers = nan, [nan, nan, nan]
        self._add(len(values), mean, *powers)

    def merge(self, other: Moments) -> None:
        if other.count:
            self._add(*other.state())

    def state(self) -> tuple[int, float, float, float, float]:
        return (self.count, self.mean, self.squares, self.cubes, self.fourths)

    def restore(self, state: tuple[int, float, float, float, float]) -> None:
        self.count, self.mean, self.squares, self.cubes, self.fourths = state

    def _varies(self) -> bool:
        """Whether values differ by more than a rounded mean makes them seem to."""
        rounded = self.mean * _ROUNDING
        return self.squares > self.count * (rounded * rounded)  # as `** 2`, but for raising when it is out of range

    def _add(self, more: int, mean: float, squares: float, cubes: float, fourths: float) -> None:
        had, count = self.count, self.count + more
        step = (mean - self.mean) / count
        between = step * step * had * more
        self.fourths += (
            fourths
            + step * step * between * count * (had * had - had * more + more * more)
            + 6 * step * step * (had * had * squares + more * more * self.squares)
            + 4 * step * (had * cubes - more * self.cubes)
        )
        self.cubes += cubes + step * between * count * (had - more) + 3 * step * (had * squares - more * self.squares)
        self.squares += squares + between * count
        self.mean += step * more
        self.count = count


class Skewness(Moments):
    """`skewness`: of a sample; NULL for fewer than three values, and where all are equal."""

    __slots__ = ()

    def value(self) -> float | None:
        n = self.count
        if n < 3 or not self._varies():
            return None
        return finite(sqrt(n * (n - 1)) / (n - 2) * sqrt(n) * self.cubes / self.squares / sqrt(self.squares))


class Kurtosis(Moments):
    """`kurtosis`: of a sample, above that of a normal distribution; NULL for fewer than four values, or equal ones."""

    __slots__ = ()

    def value(self) -> float | None:
        n = self.count
        if n < 4 or not self._varies():
            return None
        peak = n * self.fourths / self.squares / self.squares
        return finite((n - 1) / ((n - 2) * (n - 3)) * ((n + 1) * peak - 3 * (n - 1)))


class PopulationKurtosis(Moments):
    """`kurtosis_pop`: of all there are, above that of a normal distribution; NULL where all are equal."""

    __slots__ = ()

    def value(self) -> float | None:
        return finite(self.count * self.fourths / self.squares / self.squares - 3) if self._varies() else None
