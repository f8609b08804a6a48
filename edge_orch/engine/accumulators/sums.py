"""Aggregates made of sums."""

from __future__ import annotations

from collections.abc import Sequence
from math import fsum, nan, sqrt

from edge_orch.engine.accumulators.accumulator import Accumulator, finite
from edge_orch.engine.texts import LARGEST, SMALLEST


class IntSum(Accumulator):
    """`sum` of integers: exact; NULL when it does not fit in 64 bits."""

    __slots__ = ("total",)

    def __init__(self) -> None:
        self.total: int | None = None

    def fold(self, values: Sequence[int]) -> None:
        if values:
            self.total = (self.total or 0) + sum(values)

    def value(self) -> int | None:
        return self.total if self.total is not None and SMALLEST <= self.total <= LARGEST else None

    def merge(self, other: IntSum) -> None:
        if other.total is not None:
            self.total = (self.total or 0) + other.total

    def merge_all(self, others: Sequence[IntSum]) -> None:
        self.fold([other.total for other in others if other.total is not None])

    def state(self) -> str | None:
        return None if self.total is None else str(self.total)  # may exceed msgpack's 64 bits

    def restore(self, state: str | None) -> None:
        self.total = None if state is None else int(state)


class FloatSum(Accumulator):
    """`sum` of numbers as a float."""

    __slots__ = ("count", "total")

    def __init__(self) -> None:
        self.count = 0
        self.total = 0.0

    def fold(self, values: Sequence[float]) -> None:
        self.total = _fsum([self.total, *values] if self.count else values)
        self.count += len(values)

    def value(self) -> float | None:
        return finite(self.total) if self.count else None

    def merge(self, other: FloatSum) -> None:
        self.count += other.count
        self.total = _fsum([self.total, other.total])

    def merge_all(self, others: Sequence[FloatSum]) -> None:
        self.count += sum([other.count for other in others])
        self.total = _fsum([self.total, *[other.total for other in others]])

    def state(self) -> tuple[int, float]:
        return (self.count, self.total)

    def restore(self, state: tuple[int, float]) -> None:
        self.count, self.total = state


class Average(FloatSum):
    """`avg`."""

    __slots__ = ()

    def value(self) -> float | None:
        return finite(self.total / self.count) if self.count else None


class Deviation(Accumulator):
    """`stddev`: of the sample; NULL for fewer than two values. Lists are combined as by Chan, Golub, LeVeque (1979)."""

    __slots__ = ("count", "mean", "squares")

    def __init__(self) -> None:
        self.count = 0
        self.mean = 0.0
        self.squares = 0.0

    def fold(self, values: Sequence[float]) -> None:
        if not values:
            return
        mean = _fsum(values) / len(values)
        self._add(len(values), mean, _fsum([(value - mean) * (value - mean) for value in values]))

    def value(self) -> float | None:
        variance = self._variance()
        return None if variance is None else finite(sqrt(variance))

    def merge(self, other: Deviation) -> None:
        if other.count:
            self._add(other.count, other.mean, other.squares)

    def merge_all(self, others: Sequence[Deviation]) -> None:
        parts = [other for other in (self, *others) if other.count]
        if not parts:
            return
        count = sum([part.count for part in parts])
        mean = _fsum([part.count * part.mean for part in parts]) / count
        between = [part.count * (part.mean - mean) * (part.mean - mean) for part in parts]
        self.squares = _fsum([*[part.squares for part in parts], *between])
        self.count, self.mean = count, mean

    def state(self) -> tuple[int, float, float]:
        return (self.count, self.mean, self.squares)

    def restore(self, state: tuple[int, float, float]) -> None:
        self.count, self.mean, self.squares = state

    def _variance(self) -> float | None:
        return self.squares / (self.count - 1) if self.count >= 2 and self.squares >= 0 else None

    def _add(self, added: int, mean: float, squares: float) -> None:
        count = self.count + added
        step = mean - self.mean
        self.squares += squares + step * step * self.count * added / count
        self.mean += step * added / count
        self.count = count


class Variance(Deviation):
    """`variance`: the square of `stddev`."""

    __slots__ = ()

    def value(self) -> float | None:
        variance = self._variance()
        return None if variance is None else finite(variance)


class PopulationDeviation(Deviation):
    """`stddev_pop`: of all there are, not of a sample; 0 for one value."""

    __slots__ = ()

    def _variance(self) -> float | None:
        return self.squares / self.count if self.count and self.squares >= 0 else None


class PopulationVariance(PopulationDeviation):
    """`var_pop`: the square of `stddev_pop`."""

    __slots__ = ()

    def value(self) -> float | None:
        variance = self._variance()
        return None if variance is None else finite(variance)


def average(values: Sequence[float]) -> float | None:
    """The mean of these values alone."""
    return finite(_fsum(values) / len(values)) if values else None


def _fsum(values: Sequence[float]) -> float:
    try:
        return fsum(values)
    except (OverflowError, ValueError):  # beyond the range of floats, or infinities of both signs
        return nan
