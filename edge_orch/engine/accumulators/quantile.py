"""`quantile`: exact for few values, a sketch of many."""

from __future__ import annotations

from collections.abc import Sequence
from math import floor
from typing import TYPE_CHECKING, Any

from edge_orch.engine.accumulators.accumulator import Growing, finite
from edge_orch.engine.room import VALUE

if TYPE_CHECKING:
    from edge_orch.engine.sketch import Sketch, State

EXACT_VALUES = 1024  # a quantile is exact up to so many values, and from there on within 1 %


class Ranks(dict[int, tuple[int, int, float]]):
    """How many values there are → between which two of them, in order, the quantile lies, and how far from the first.

    For at most `EXACT_VALUES` values; worked out once for each number of them.
    """

    def __init__(self, fraction: float) -> None:
        super().__init__()
        self._fraction = fraction

    def __missing__(self, count: int) -> tuple[int, int, float]:
        place = (count - 1) * self._fraction
        low = floor(place)
        found = self[count] = (low, min(low + 1, count - 1), place - low)
        return found


def of_few(ranks: Ranks, values: list[float]) -> float | None:
    """The quantile of at most `EXACT_VALUES` values."""
    if not values:
        return None
    low, high, part = ranks[len(values)]
    order = sorted(values)
    return finite(order[low] + (order[high] - order[low]) * part)


class Quantile(Growing):
    """`quantile(x, q)`, interpolated between neighbours as SQL's `percentile_cont`.

    Exact for up to `EXACT_VALUES` values; from there on each neighbour is within 1 % (see `sketch`).
    """

    __slots__ = ("count", "fraction", "sketch", "values")

    def __init__(self, fraction: float) -> None:
        super().__init__()
        self.fraction = fraction
        self.count = 0
        self.values: list[float] = []
        self.sketch: Sketch | None = None

    def fold(self, values: Sequence[float]) -> None:
        if self.given_up:
            return
        self.count += len(values)
        if self.sketch is None:
            self.values.extend(values)
            if len(self.values) <= EXACT_VALUES:
                return
            self.sketch, values = _sketch(), self.values
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
        return finite(lower + (upper - lower) * (place - low))

    def size(self) -> int:
        return VALUE * (len(self.values) if self.sketch is None else self.sketch.buckets)

    def give_up(self) -> None:
        self.count, self.values, self.sketch, self.given_up = 0, [], None, True

    def merge(self, other: Quantile) -> None:
        if self.given_up or other.given_up:
            self.give_up()
            return
        if other.sketch is None:
            self.fold(other.values)
            return
        self.count += other.count
        if self.sketch is None:
            self.sketch = _sketch()
            self.sketch.add(self.values)
            self.values = []
        self.sketch.merge(other.sketch)

    def state(self) -> tuple[int, bool, int, list[float], Any]:
        return (self.charged, self.given_up, self.count, self.values, self.sketch and self.sketch.state())

    def restore(self, state: tuple[int, bool, int, list[float], Any]) -> None:
        self.charged, self.given_up, self.count, self.values, sketch = state
        self.sketch = None if sketch is None else _sketch(sketch)


def _sketch(state: State | None = None) -> Sketch:
    from edge_orch.engine.sketch import Sketch  # noqa: PLC0415 -- 2 MB that few windows need

    return Sketch(state)
