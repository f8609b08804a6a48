"""Aggregates of the last values, of which one comes as another goes: the same to the last bit as one pass over all.

Only those are here of which that is so. Sums are exact: floats are added up and taken away as integers, and what comes
out is rounded once, as `fsum` does. Extremes stand at the front of a queue from which each value removes those before
it that can never be one any more.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from operator import gt, itemgetter, le, lt
from typing import Any, Protocol

from edge_orch.engine.accumulators.accumulator import Value
from edge_orch.engine.accumulators.factory import whole
from edge_orch.engine.texts import LARGEST, SMALLEST
from edge_orch.plan.schema import FieldType
from edge_orch.plan.steps import Aggregation

_UNIT_BITS = 1074
_UNITS = 1 << _UNIT_BITS
"""A float is a multiple of 2⁻¹⁰⁷⁴."""
_TAME = 1e300
"""Above it a sum may leave the range of floats on its way: then one pass over all values says what comes of it."""


class Rolling(Protocol):
    """One aggregate of the last values of one key."""

    def push(self, value: Any) -> None:
        """One more."""
        ...

    def drop(self, value: Any) -> None:
        """The earliest, the very object that was pushed, is there no more."""
        ...

    def value(self, values: list[Any]) -> Value:
        """The aggregate of all there are, which are given as well."""
        ...


class IntTotal:
    """`sum` of integers."""

    __slots__ = ("total",)

    def __init__(self) -> None:
        self.total = 0

    def push(self, value: int) -> None:
        self.total += value

    def drop(self, value: int) -> None:
        self.total -= value

    def value(self, values: list[Any]) -> int | None:
        return self.total if values and SMALLEST <= self.total <= LARGEST else None


class FloatTotal:
    """`sum` of numbers as a float, or, for `avg`, divided by how many there are. `anew`: one pass over all values."""

    __slots__ = ("anew", "mean", "total", "wild")

    def __init__(self, anew: Callable[[list[Any]], Value], *, mean: bool) -> None:
        self.anew = anew
        self.mean = mean
        self.total = 0
        self.wild = 0

    def push(self, value: float) -> None:
        if -_TAME < value < _TAME:
            self.total += _units(value)
        else:
            self.wild += 1

    def drop(self, value: float) -> None:
        if -_TAME < value < _TAME:
            self.total -= _units(value)
        else:
            self.wild -= 1

    def value(self, values: list[Any]) -> Value:
        if self.wild or not values:
            return self.anew(values)
        total = self.total / _UNITS
        return total / len(values) if self.mean else total


class Best:
    """What is picked by its order. `loses`: whether an earlier one can never be picked beside a later one.

    `key`: what of a value decides; None: all of it. `part`: what of it is the column; None: all of it.
    """

    __slots__ = ("key", "loses", "part", "queue")

    def __init__(
        self, loses: Callable[[Any, Any], bool], key: Callable[[Any], Any] | None, part: Callable[[Any], Any] | None
    ) -> None:
        self.loses = loses
        self.key = key
        self.part = part
        self.queue: deque[Any] = deque()

    def push(self, value: Any) -> None:
        queue, loses, key = self.queue, self.loses, self.key
        if key is None:
            while queue and loses(queue[-1], value):
                queue.pop()
        else:
            mine = key(value)
            while queue and loses(key(queue[-1]), mine):
                queue.pop()
        queue.append(value)

    def drop(self, value: Any) -> None:
        if self.queue[0] is value:
            self.queue.popleft()

    def value(self, values: list[Any]) -> Value:  # noqa: ARG002
        if not self.queue:
            return None
        best = self.queue[0]
        found: Value = best if self.part is None else self.part(best)
        return found


_LOSES: dict[str, Callable[[Any, Any], bool]] = {
    # Of equals the one that came first is picked, but by `last`.
    "min": gt, "bool_and": gt, "arg_min": gt, "first": gt, "max": lt, "bool_or": lt, "arg_max": lt, "last": le,
}  # fmt: skip
_PAIRS = ("arg_min", "arg_max", "first", "last")


def rolling(aggregation: Aggregation) -> Callable[[], Rolling] | None:
    """What makes one for a column; None where a pass over all values is what there is."""
    function = aggregation.function
    if aggregation.argument is not None:
        return None
    if function == "sum" and aggregation.type is not FieldType.FLOAT:
        return IntTotal
    if function in ("sum", "avg"):
        anew = whole(aggregation)
        return lambda: FloatTotal(anew, mean=function == "avg")
    if function in _LOSES:
        key, part = (itemgetter(0), itemgetter(1)) if function in _PAIRS else (None, None)
        return lambda: Best(_LOSES[function], key, part)
    return None


def _units(value: float) -> int:
    numerator, denominator = float(value).as_integer_ratio()
    return numerator << (_UNIT_BITS + 1 - denominator.bit_length())
