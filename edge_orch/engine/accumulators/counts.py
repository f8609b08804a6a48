"""Aggregates that count."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Callable, Sequence
from operator import add
from typing import Any

from edge_orch.engine.accumulators.accumulator import Accumulator, Growing, Value
from edge_orch.engine.encoding import json_bytes
from edge_orch.engine.room import ENTRY


class Count(Accumulator):
    """`count(x)`, and `count(*)` over a column without NULLs."""

    __slots__ = ("count",)

    def __init__(self) -> None:
        self.count = 0

    def fold(self, values: Sequence[Any]) -> None:
        self.count += len(values)

    def value(self) -> int:
        return self.count

    def merge(self, other: Count) -> None:
        self.count += other.count

    def merge_all(self, others: Sequence[Count]) -> None:
        self.count += sum([other.count for other in others])

    def state(self) -> int:
        return self.count

    def restore(self, state: int) -> None:
        self.count = state


class CountDistinct(Growing):
    """`count(distinct x)`: exact; holds every distinct value."""

    __slots__ = ("_texts", "seen")

    def __init__(self) -> None:
        super().__init__()
        self.seen: set[Any] = set()
        self._texts = 0

    def fold(self, values: Sequence[Any]) -> None:
        if self.given_up:
            return
        new = set(values) - self.seen
        self._texts += sum(len(value) for value in new if isinstance(value, str))
        self.seen |= new

    def value(self) -> Value:
        return None if self.given_up else len(self.seen)

    def merge(self, other: CountDistinct) -> None:
        if other.given_up:
            self.give_up()
        self.fold(list(other.seen))

    def size(self) -> int:
        return ENTRY * len(self.seen) + self._texts

    def give_up(self) -> None:
        self.seen, self._texts, self.given_up = set(), 0, True

    def state(self) -> tuple[int, bool, list[Any]]:
        return (self.charged, self.given_up, sorted(self.seen))

    def restore(self, state: tuple[int, bool, list[Any]]) -> None:
        self.fold(state[2])
        self.charged, self.given_up = state[:2]


class OfDistinct(CountDistinct):
    """`sum(distinct x)` and `avg(distinct x)`: what `summary` makes of the distinct values, in their order."""

    __slots__ = ("summary",)

    def __init__(self, summary: Callable[[list[Any]], Value]) -> None:
        super().__init__()
        self.summary = summary

    def value(self) -> Value:
        return self.summary(sorted(self.seen)) if self.seen else None


class Buckets(Accumulator):
    """`histogram(x, [10, 20])`: how many lie up to each bound and above the one before; at last, above them all."""

    __slots__ = ("bounds", "counts")

    def __init__(self, bounds: Sequence[float]) -> None:
        self.bounds = bounds
        self.counts = [0] * (len(bounds) + 1)

    def fold(self, values: Sequence[float]) -> None:
        for value in values:
            self.counts[bisect_left(self.bounds, value)] += 1

    def value(self) -> str | None:
        if not any(self.counts):
            return None
        names = [str(int(bound) if bound.is_integer() else bound) for bound in self.bounds]
        return json_bytes(dict(zip([*names, "inf"], self.counts, strict=True))).decode()

    def merge(self, other: Buckets) -> None:
        self.counts = list(map(add, self.counts, other.counts))

    def state(self) -> list[int]:
        return self.counts

    def restore(self, state: Sequence[int]) -> None:
        self.counts = list(state)
