"""Aggregates that keep values: all of them, the greatest few, or the latest of each name."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from heapq import nlargest, nsmallest
from itertools import chain
from operator import itemgetter
from typing import Any

from edge_orch.engine.accumulators.accumulator import Growing, Value
from edge_orch.engine.encoding import json_bytes
from edge_orch.engine.room import VALUE, weight

Pairs = Sequence[tuple[Any, Any]]
Render = Callable[[list[Any]], Value]


def json_array(values: list[Any]) -> str:
    """The values as a JSON array."""
    return json_bytes(values).decode()


class Gathered(Growing):
    """`array_agg` and `string_agg`: what `render` makes of the values, by event time.

    Those of one moment stand as they came.
    """

    __slots__ = ("_size", "pairs", "render")

    def __init__(self, render: Render) -> None:
        super().__init__()
        self.render = render
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
        return self.render([value for _, value in sorted(self.pairs, key=itemgetter(0))])

    def merge(self, other: Gathered) -> None:
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


class Once(Growing):
    """`array_agg(distinct x)` and `string_agg(distinct x)`: each value once, where it stands first by event time.

    Of values of one moment, the one that came first.
    """

    __slots__ = ("_size", "earliest", "render")

    def __init__(self, render: Render) -> None:
        super().__init__()
        self.render = render
        self.earliest: dict[Any, int] = {}
        self._size = 0

    def fold(self, values: Pairs) -> None:
        for time_us, value in values if not self.given_up else ():
            before = self.earliest.get(value)
            if before is None:
                self._size += 2 * VALUE + weight(value)
            elif time_us < before:
                del self.earliest[value]  # among those of its moment it comes last
            else:
                continue
            self.earliest[value] = time_us

    def value(self) -> Value:
        if not self.earliest:
            return None
        return self.render([value for value, _ in sorted(self.earliest.items(), key=itemgetter(1))])

    def merge(self, other: Once) -> None:
        if other.given_up:
            self.give_up()
        self.fold([(time_us, value) for value, time_us in other.earliest.items()])

    def size(self) -> int:
        return self._size

    def give_up(self) -> None:
        self.earliest, self._size, self.given_up = {}, 0, True

    def state(self) -> tuple[int, bool, list[tuple[int, Any]]]:
        return (self.charged, self.given_up, [(time_us, value) for value, time_us in self.earliest.items()])

    def restore(self, state: tuple[int, bool, Pairs]) -> None:
        self.fold(state[2])
        self.charged, self.given_up = state[:2]


class Ranked(Growing):
    """`arg_max` and `arg_min` of several: of pairs (y, x) what `render` makes of the x of the `most` greatest y.

    The best stands first; of equals, the one that came first.
    """

    __slots__ = ("choose", "kept", "most", "render")

    def __init__(self, choose: Callable[..., Any], most: int, render: Render) -> None:
        super().__init__()
        self.choose = nsmallest if choose is min else nlargest
        self.most = most
        self.render = render
        self.kept: list[tuple[Any, Any]] = []

    def fold(self, values: Pairs) -> None:
        if not self.given_up:
            self.kept = self.choose(self.most, chain(self.kept, values), key=itemgetter(0))

    def value(self) -> Value:
        return self.render([value for _, value in self.kept]) if self.kept else None

    def merge(self, other: Ranked) -> None:
        if other.given_up:
            self.give_up()
        self.fold(other.kept)

    def size(self) -> int:
        return sum([VALUE + weight(pair) for pair in self.kept])

    def give_up(self) -> None:
        self.kept, self.given_up = [], True

    def state(self) -> tuple[int, bool, list[tuple[Any, Any]]]:
        return (self.charged, self.given_up, self.kept)

    def restore(self, state: tuple[int, bool, Pairs]) -> None:
        self.kept = [(order, value) for order, value in state[2]]
        self.charged, self.given_up = state[:2]


class Members(Growing):
    """`json_group_object`: of pairs (time, (name, value)) an object of the latest value of each name.

    Of values of one moment, the one that came last. Members stand in the order of their names. `shown`: what makes JSON
    of a value that is not NULL.
    """

    __slots__ = ("_size", "latest", "shown")

    def __init__(self, shown: Callable[[Any], Any]) -> None:
        super().__init__()
        self.shown = shown
        self.latest: dict[str, tuple[int, Any]] = {}
        self._size = 0

    def fold(self, values: Sequence[tuple[int, Sequence[Any]]]) -> None:
        for time_us, (name, value) in values if not self.given_up else ():
            before = self.latest.get(name)
            if before is None or before[0] <= time_us:
                self._size += weight(value) - (weight(before[1]) if before else -VALUE - weight(name))
                self.latest[name] = (time_us, value)

    def value(self) -> Value:
        if not self.latest:
            return None
        members = ((name, self.latest[name][1]) for name in sorted(self.latest))
        made = {name: None if value is None else self.shown(value) for name, value in members}
        return json_bytes(made).decode()

    def merge(self, other: Members) -> None:
        if other.given_up:
            self.give_up()
        self.fold([(time_us, (name, value)) for name, (time_us, value) in other.latest.items()])

    def size(self) -> int:
        return self._size

    def give_up(self) -> None:
        self.latest, self._size, self.given_up = {}, 0, True

    def state(self) -> tuple[int, bool, list[tuple[str, int, Any]]]:
        return (self.charged, self.given_up, [(name, *kept) for name, kept in self.latest.items()])

    def restore(self, state: tuple[int, bool, Sequence[tuple[str, int, Any]]]) -> None:
        self.fold([(time_us, (name, value)) for name, time_us, value in state[2]])
        self.charged, self.given_up = state[:2]


class Tallied(Growing):
    """`mode` and `histogram`: what `render` makes of the distinct values and their counts."""

    __slots__ = ("_size", "counts", "render")

    def __init__(self, render: Callable[[dict[Any, int]], Value]) -> None:
        super().__init__()
        self.render = render
        self.counts: dict[Any, int] = {}
        self._size = 0

    def fold(self, values: Sequence[Any]) -> None:
        for value in values if not self.given_up else ():
            self._add(value, 1)

    def value(self) -> Value:
        return self.render(self.counts) if self.counts else None

    def merge(self, other: Tallied) -> None:
        if other.given_up:
            self.give_up()
        for value, count in other.counts.items() if not self.given_up else ():
            self._add(value, count)

    def size(self) -> int:
        return self._size

    def give_up(self) -> None:
        self.counts, self._size, self.given_up = {}, 0, True

    def state(self) -> tuple[int, bool, list[tuple[Any, int]]]:
        return (self.charged, self.given_up, list(self.counts.items()))

    def restore(self, state: tuple[int, bool, Sequence[tuple[Any, int]]]) -> None:
        for value, count in state[2]:
            self._add(value, count)
        self.charged, self.given_up = state[:2]

    def _add(self, value: Any, count: int) -> None:
        if value not in self.counts:
            self._size += VALUE + weight(value)
        self.counts[value] = self.counts.get(value, 0) + count
