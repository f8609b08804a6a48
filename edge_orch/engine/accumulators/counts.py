"""Aggregates that count."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from edge_orch.engine.accumulators.accumulator import Accumulator


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

    def state(self) -> int:
        return self.count

    def restore(self, state: int) -> None:
        self.count = state


class CountDistinct(Accumulator):
    """`count(distinct x)`: exact; holds every distinct value."""

    __slots__ = ("seen",)

    def __init__(self) -> None:
        self.seen: set[Any] = set()

    def fold(self, values: Sequence[Any]) -> None:
        self.seen.update(values)

    def value(self) -> int:
        return len(self.seen)

    def merge(self, other: CountDistinct) -> None:
        self.seen |= other.seen

    def state(self) -> list[Any]:
        return sorted(self.seen)

    def restore(self, state: list[Any]) -> None:
        self.seen = set(state)
