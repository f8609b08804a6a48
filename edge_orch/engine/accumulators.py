"""Aggregate functions. Each folds lists of non-NULL values, gives its value, and can be saved and restored.

NULLs never reach an accumulator. With no value folded, `count` is 0 and all others are NULL. Sums of floats are
rounded once per folded list, and lists are cut at fixed lengths: the same values give the same bits, however they
were batched.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from math import floor, fsum, inf, nan, sqrt
from operator import itemgetter
from typing import Any

from edge_orch.engine.sketch import Sketch
from edge_orch.engine.texts import LARGEST, SMALLEST
from edge_orch.plan.schema import FieldType
from edge_orch.plan.steps import Aggregation

EXACT_VALUES = 1024  # a quantile is exact up to so many values, and from there on within 1 %

Value = bool | int | float | str | None


class Accumulator:
    """One aggregate of one key in one window."""

    __slots__ = ()

    def fold(self, values: Sequence[Any]) -> None:
        """Take values (for `First` and `Last`: pairs of event time and value)."""
        raise NotImplementedError

    def value(self) -> Value:
        """The aggregate of all values so far; a float is finite."""
        raise NotImplementedError

    def state(self) -> Any:
        """What `restore` goes on from, in msgpack's types."""
        raise NotImplementedError

    def restore(self, state: Any) -> None:
        """Go on from `state`."""
        raise NotImplementedError


class Count(Accumulator):
    """`count(x)`, and `count(*)` over a column without NULLs."""

    __slots__ = ("count",)

    def __init__(self) -> None:
        self.count = 0

    def fold(self, values: Sequence[Any]) -> None:
        self.count += len(values)

    def value(self) -> int:
        return self.count

    def state(self) -> int:
        return self.count

    def restore(self, state: int) -> None:
        self.count = state


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
        self.count += len(values)
        self.total = _fsum([self.total, *values])

    def value(self) -> float | None:
        return _finite(self.total) if self.count else None

    def state(self) -> tuple[int, float]:
        return (self.count, self.total)

    def restore(self, state: tuple[int, float]) -> None:
        self.count, self.total = state


class Average(FloatSum):
    """`avg`."""

    __slots__ = ()

    def value(self) -> float | None:
        return _finite(self.total / self.count) if self.count else None


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
        added = len(values)
        mean = _fsum(values) / added
        squares = _fsum([(value - mean) * (value - mean) for value in values])
        count = self.count + added
        step = mean - self.mean
        self.squares += squares + step * step * self.count * added / count
        self.mean += step * added / count
        self.count = count

    def value(self) -> float | None:
        if self.count < 2 or not self.squares >= 0:
            return None
        return _finite(sqrt(self.squares / (self.count - 1)))

    def state(self) -> tuple[int, float, float]:
        return (self.count, self.mean, self.squares)

    def restore(self, state: tuple[int, float, float]) -> None:
        self.count, self.mean, self.squares = state


class Extreme(Accumulator):
    """`min` and `max`, of any type."""

    __slots__ = ("best", "choose")

    def __init__(self, choose: Callable[[Sequence[Any]], Any]) -> None:
        self.choose = choose
        self.best: Value = None

    def fold(self, values: Sequence[Any]) -> None:
        if values:
            best = self.choose(values)
            self.best = best if self.best is None else self.choose([self.best, best])

    def value(self) -> Value:
        return self.best

    def state(self) -> Value:
        return self.best

    def restore(self, state: Value) -> None:
        self.best = state


class First(Accumulator):
    """`first`: the value of the earliest event time; of several, the one that came first."""

    __slots__ = ("pair",)

    def __init__(self) -> None:
        self.pair: tuple[int, Value] | None = None

    def fold(self, values: Sequence[tuple[int, Value]]) -> None:
        if values:
            earliest = min(values, key=itemgetter(0))
            if self.pair is None or earliest[0] < self.pair[0]:
                self.pair = earliest

    def value(self) -> Value:
        return None if self.pair is None else self.pair[1]

    def state(self) -> tuple[int, Value] | None:
        return self.pair

    def restore(self, state: tuple[int, Value] | None) -> None:
        self.pair = state


class Last(First):
    """`last`: the value of the latest event time; of several, the one that came last."""

    __slots__ = ()

    def fold(self, values: Sequence[tuple[int, Value]]) -> None:
        if values:
            latest = max(reversed(values), key=itemgetter(0))
            if self.pair is None or latest[0] >= self.pair[0]:
                self.pair = latest


class CountDistinct(Accumulator):
    """`count(distinct x)`: exact; holds every distinct value."""

    __slots__ = ("seen",)

    def __init__(self) -> None:
        self.seen: set[Any] = set()

    def fold(self, values: Sequence[Any]) -> None:
        self.seen.update(values)

    def value(self) -> int:
        return len(self.seen)

    def state(self) -> list[Any]:
        return sorted(self.seen)

    def restore(self, state: list[Any]) -> None:
        self.seen = set(state)


class Quantile(Accumulator):
    """`quantile(x, q)`, interpolated between neighbours as SQL's `percentile_cont`.

    Exact for up to `EXACT_VALUES` values; from there on each neighbour is within 1 % (see `sketch`).
    """

    __slots__ = ("count", "fraction", "sketch", "values")

    def __init__(self, fraction: float) -> None:
        self.fraction = fraction
        self.count = 0
        self.values: list[float] = []
        self.sketch: Sketch | None = None

    def fold(self, values: Sequence[float]) -> None:
        self.count += len(values)
        if self.sketch is None:
            self.values.extend(values)
            if len(self.values) <= EXACT_VALUES:
                return
            self.sketch, values = Sketch(), self.values
            self.values = []
        self.sketch.add(values)

    def value(self) -> float | None:
        if not self.count:
            return None
        place = (self.count - 1) * self.fraction
        low = floor(place)
        self.values.sort()
        at_rank = self.values.__getitem__ if self.sketch is None else self.sketch.at_rank
        lower = at_rank(low)
        upper = at_rank(min(low + 1, self.count - 1))
        return _finite(lower + (upper - lower) * (place - low))

    def state(self) -> tuple[int, list[float], Any]:
        return (self.count, self.values, self.sketch and self.sketch.state())

    def restore(self, state: tuple[int, list[float], Any]) -> None:
        self.count, self.values, sketch = state
        self.sketch = None if sketch is None else Sketch(sketch)


def is_timed(function: str) -> bool:
    """Whether an aggregate folds pairs of event time and value."""
    return function in ("first", "last")


_MAKERS: dict[str, Callable[[], Accumulator]] = {
    "count": Count,
    "avg": Average,
    "stddev": Deviation,
    "min": lambda: Extreme(min),
    "max": lambda: Extreme(max),
    "first": First,
    "last": Last,
    "count_distinct": CountDistinct,
}


def factory(aggregation: Aggregation) -> Callable[[], Accumulator]:
    """What makes an accumulator for one column of an aggregate step."""
    if aggregation.function == "sum":
        return FloatSum if aggregation.type is FieldType.FLOAT else IntSum
    if aggregation.function == "quantile":
        fraction = 0.5 if aggregation.argument is None else aggregation.argument
        return lambda: Quantile(fraction)
    return _MAKERS[aggregation.function]


def _fsum(values: Sequence[float]) -> float:
    try:
        return fsum(values)
    except (OverflowError, ValueError):  # beyond the range of floats, or infinities of both signs
        return nan


def _finite(value: float) -> float | None:
    return value if -inf < value < inf else None
