"""`quantile`: exact for few different values, a sketch of many."""

from __future__ import annotations

from bisect import bisect_right
from collections import Counter
from collections.abc import Sequence
from itertools import accumulate
from math import floor
from typing import TYPE_CHECKING, Any

from edge_orch.engine.accumulators.accumulator import Growing, finite
from edge_orch.engine.room import VALUE

if TYPE_CHECKING:
    from edge_orch.engine.sketch import Sketch, State

EXACT_VALUES = 1024  # a quantile is exact up to so many values
EXACT_DIFFERENT = 340  # and as long as no more of them differ; from there on within 1 %
TALLIED = 3  # times what a value in a list takes: it and its count; so all of them take no more than `EXACT_VALUES` do


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

    Exact for up to `EXACT_VALUES` values, which are kept one by one, and for any number of which at most
    `EXACT_DIFFERENT` differ, as those of a sensor often do not: they are counted in `tally`. From there on each
    neighbour is within 1 % (see `sketch`). Which of them it is depends on the values alone, not on how they came.
    """

    __slots__ = ("count", "fraction", "sketch", "tally", "values")

    def __init__(self, fraction: float) -> None:
        super().__init__()
        self.fraction = fraction
        self.count = 0
        self.values: list[float] = []
        self.tally: Counter[float] | None = None
        self.sketch: Sketch | None = None

    def fold(self, values: Sequence[float]) -> None:
        if self.given_up:
            return
        self.count += len(values)
        if self.sketch is not None:
            self.sketch.add(values)
        elif self.tally is not None:
            self.tally.update(values)
            self._bound()
        else:
            self.values.extend(values)
            if len(self.values) > EXACT_VALUES:
                self._counted()
                self._bound()

    def value(self) -> float | None:
        if not self.count:
            return None
        place = (self.count - 1) * self.fraction
        low = floor(place)
        lower, upper = self._neighbours(low, min(low + 1, self.count - 1))
        return finite(lower + (upper - lower) * (place - low))

    def size(self) -> int:
        if self.sketch is not None:
            return VALUE * self.sketch.buckets
        return VALUE * (len(self.values) if self.tally is None else TALLIED * len(self.tally))

    def give_up(self) -> None:
        self.count, self.values, self.tally, self.sketch, self.given_up = 0, [], None, None, True

    def merge(self, other: Quantile) -> None:
        if self.given_up or other.given_up:
            self.give_up()
            return
        if other.sketch is None and other.tally is None:
            self.fold(other.values)
            return
        self.count += other.count
        if other.sketch is not None:
            self._sketched().merge(other.sketch)
        elif other.tally is not None and self.sketch is not None:
            self.sketch.add(other.tally, other.tally.values())
        elif other.tally is not None:
            self._counted().update(other.tally)
            self._bound()

    def state(self) -> tuple[int, bool, int, list[float], Any, Any]:
        tally = None if self.tally is None else (list(self.tally), list(self.tally.values()))
        return (self.charged, self.given_up, self.count, self.values, self.sketch and self.sketch.state(), tally)

    def restore(self, state: Sequence[Any]) -> None:
        self.charged, self.given_up, self.count, self.values, sketch, *rest = state
        self.sketch = None if sketch is None else _sketch(sketch)
        tally = rest[0] if rest else None  # what was saved before there were tallies has none
        self.tally = None if tally is None else Counter(dict(zip(*tally, strict=True)))

    def _neighbours(self, low: int, high: int) -> tuple[float, float]:
        """The values of two ranks, one after the other or the same."""
        if self.sketch is not None:
            return self.sketch.at_rank(low), self.sketch.at_rank(high)
        if self.tally is None:
            self.values.sort()
            return self.values[low], self.values[high]
        order = sorted(self.tally.items())
        upto = list(accumulate([count for _, count in order]))
        return order[bisect_right(upto, low)][0], order[bisect_right(upto, high)][0]

    def _counted(self) -> Counter[float]:
        """The tally, made of the values that were kept one by one."""
        if self.tally is None:
            self.tally, self.values = Counter(self.values), []
        return self.tally

    def _bound(self) -> None:
        """Go on with a sketch when too many values differ."""
        if self.tally is not None and len(self.tally) > EXACT_DIFFERENT:
            self._sketched()

    def _sketched(self) -> Sketch:
        """The sketch, made of what was counted or kept."""
        if self.sketch is None:
            tally = self._counted()
            self.sketch, self.tally = _sketch(), None
            self.sketch.add(tally, tally.values())
        return self.sketch


def _sketch(state: State | None = None) -> Sketch:
    from edge_orch.engine.sketch import Sketch  # noqa: PLC0415 -- 2 MB that few windows need

    return Sketch(state)
