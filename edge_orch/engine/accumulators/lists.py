"""Aggregates that keep all values."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from operator import itemgetter
from typing import Any

import msgspec

from edge_orch.engine.accumulators.accumulator import Growing, Value
from edge_orch.engine.room import VALUE, weight

Pairs = Sequence[tuple[int, Any]]


class ArrayAgg(Growing):
    """`array_agg(x)`: the values as a JSON array, by event time; those of one moment as they came.

    `shown`: a value as it stands in JSON.
    """

    __slots__ = ("_size", "pairs", "shown")

    def __init__(self, shown: Callable[[Any], Any] | None = None) -> None:
        super().__init__()
        self.shown = shown
        self.pairs: list[tuple[int, Any]] = []
        self._size = 0

    def fold(self, values: Pairs) -> None:
        if self.given_up:
            return
        self.pairs.extend(values)
        self._size += sum([2 * VALUE + weight(value) for _, value in values])

    def value(self) -> Value:
        if not self.pairs:
            return None
        values = [value for _, value in sorted(self.pairs, key=itemgetter(0))]
        return msgspec.json.encode(list(map(self.shown, values)) if self.shown else values).decode()

    def merge(self, other: ArrayAgg) -> None:
        if other.given_up:
            self.give_up()
        self.fold(other.pairs)

    def size(self) -> int:
        return self._size

    def give_up(self) -> None:
        self.pairs, self._size, self.given_up = [], 0, True

    def state(self) -> tuple[int, bool, list[tuple[int, Any]]]:
        return (self.charged, self.given_up, self.pairs)

    def restore(self, state: tuple[int, bool, Pairs]) -> None:
        self.fold([(time_us, value) for time_us, value in state[2]])
        self.charged, self.given_up = state[:2]
