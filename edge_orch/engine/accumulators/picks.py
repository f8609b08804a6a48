"""Aggregates that pick one of the values, or make one of two."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from operator import itemgetter
from typing import Any

from edge_orch.engine.accumulators.accumulator import Accumulator, Value


class Extreme(Accumulator):
    """`min` and `max`, of any type; of the bits of ints `bit_and` and `bit_or`."""

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

    def merge(self, other: Extreme) -> None:
        if other.best is not None:
            self.fold([other.best])

    def merge_all(self, others: Sequence[Extreme]) -> None:
        self.fold([other.best for other in others if other.best is not None])

    def state(self) -> Value:
        return self.best

    def restore(self, state: Value) -> None:
        self.best = state


class ArgExtreme(Accumulator):
    """`arg_max` and `arg_min`: of pairs (y, x) the x of the greatest y; of several, the one that came first."""

    __slots__ = ("choose", "pair")

    def __init__(self, choose: Callable[..., Any]) -> None:
        self.choose = choose
        self.pair: tuple[Any, Value] | None = None

    def fold(self, values: Sequence[tuple[Any, Value]]) -> None:
        if values:
            best = self.choose(values, key=itemgetter(0))
            self.pair = best if self.pair is None else self.choose((self.pair, best), key=itemgetter(0))

    def value(self) -> Value:
        return None if self.pair is None else self.pair[1]

    def merge(self, other: ArgExtreme) -> None:
        if other.pair is not None:
            self.fold([other.pair])

    def state(self) -> tuple[Any, Value] | None:
        return self.pair

    def restore(self, state: Sequence[Any] | None) -> None:
        self.pair = None if state is None else (state[0], state[1])


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

    def merge(self, other: First) -> None:
        if other.pair is not None:
            self.fold([other.pair])

    def merge_all(self, others: Sequence[First]) -> None:
        self.fold([other.pair for other in others if other.pair is not None])

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
