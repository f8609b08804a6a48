"""Cells: what is computed for one key in one window, or in a part of one."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import msgspec

from edge_orch.engine.accumulators.accumulator import Accumulator, Growing
from edge_orch.engine.room import ENTRY, TEXTS, VALUE

GROWING_BUFFERED = 128
"""Values of a lane that are folded at once when an accumulator grows with them: what it holds is looked at then."""

Key = Any  # one column: its value; none or several: a tuple

Makers = tuple[tuple[Callable[[], Accumulator], ...], ...]


class Held(msgspec.Struct, gc=False):
    """What a cell holds beside its lanes: how many values of each are folded at once, and the accumulators they go to.

    Most cells see few values and never fold: `made` is None until somebody asks for accumulators. `weight`: what the
    cell takes of its step's room as long as nothing in it grows.
    """

    makers: Makers
    buffered: tuple[int, ...]
    weight: int = 0
    made: list[tuple[Accumulator, ...]] | None = None

    @property
    def accumulators(self) -> list[tuple[Accumulator, ...]]:
        """Those of each lane."""
        if self.made is None:
            self.made = [tuple([make() for make in lane]) for lane in self.makers]
        return self.made

    def size(self) -> int:
        """All that the cell takes of its step's room."""
        if self.made is None:
            return self.weight
        return self.weight + sum(each.charged for mine in self.made for each in mine if isinstance(each, Growing))


Cell = tuple[Any, ...]
"""The values of each lane that are not folded yet; at the end, what the cell has `Held`.

Lanes are plain lists, since generated code appends to one for each record.
"""


def fold(values: list[Any], accumulators: tuple[Accumulator, ...], buffered: int) -> None:
    """Fold a lane's values, and empty it. Always `buffered` at a time: when it is called changes no sum of floats."""
    fold_full(values, accumulators, buffered)
    for accumulator in accumulators:
        accumulator.fold(values)
    values.clear()


def fold_full(values: list[Any], accumulators: tuple[Accumulator, ...], buffered: int) -> None:
    """Fold what fills a buffer, and leave the rest."""
    while len(values) >= buffered:
        head = values[:buffered]
        del values[:buffered]
        for accumulator in accumulators:
            accumulator.fold(head)


class Layout(msgspec.Struct, frozen=True):
    """How a cell is built, and where in it each computed column lies: (lane, accumulator).

    `wholes`: for each column, what computes it at once from all values of its lane, and which lane that is.
    `growing`: which lanes have an accumulator that grows with its values; `texts`: which lanes hold texts.
    """

    lanes: Makers
    columns: tuple[tuple[int, int], ...]
    wholes: tuple[tuple[Callable[[list[Any]], Any], int], ...]
    growing: tuple[bool, ...]
    texts: tuple[bool, ...]

    def cell(self, sizes: tuple[int, ...], weight: int = 0) -> Cell:
        """A new, empty cell, whose lanes are folded so many values at a time."""
        return (*[[] for _ in self.lanes], Held(self.lanes, sizes, weight))

    def sizes(self, buffered: int) -> tuple[int, ...]:
        """How many values of each lane are folded at once, when it is `buffered` numbers of which nothing grows."""
        sizes = [GROWING_BUFFERED if grows else buffered for grows in self.growing]
        return tuple([max(2, size // TEXTS) if text else size for size, text in zip(sizes, self.texts, strict=True)])

    @property
    def weight(self) -> int:
        """Estimated bytes of a cell that has taken few values."""
        lanes = len(self.lanes) * (ENTRY + 16 * VALUE)
        return 2 * ENTRY + lanes + len(self.columns) * ENTRY // 2 + sum(self.growing) * GROWING_BUFFERED * VALUE

    def values(self, cell: Cell) -> tuple[Any, ...]:
        """The computed columns of a cell."""
        *lanes, held = cell
        if held.made is None:
            for values, most in zip(lanes, held.buffered, strict=True):
                if len(values) >= most:
                    break
            else:
                return tuple([whole(cell[lane]) for whole, lane in self.wholes])
        for values, mine, buffered in zip(lanes, held.accumulators, held.buffered, strict=True):
            fold(values, mine, buffered)
        accumulators = held.accumulators
        return tuple([accumulators[lane][place].value() for lane, place in self.columns])

    def merged(self, cells: Sequence[Cell]) -> Cell:
        """A cell of all that these took, which keep what they have. An accumulator takes all of its kind at once."""
        merged = self.cell(self.sizes(GROWING_BUFFERED))
        held = [cell[-1] for cell in cells]
        for place, accumulators in enumerate(merged[-1].accumulators):
            theirs = [each.accumulators[place] for each in held]
            for cell, mine in zip(cells, theirs, strict=True):
                if cell[place]:
                    fold(cell[place], mine, cell[-1].buffered[place])
            for number, accumulator in enumerate(accumulators):
                accumulator.merge_all([mine[number] for mine in theirs])
        return merged

    def restored(self, saved: tuple[list[int], list[Any]], weight: int) -> Cell:
        """The cell that `saved_cell` was made of."""
        sizes, lanes_saved = saved
        cell = self.cell(tuple(sizes), weight)
        *lanes, held = cell
        for place, (values, (buffered, states)) in enumerate(zip(lanes, lanes_saved, strict=True)):
            values.extend(tuple(value) if isinstance(value, list) else value for value in buffered)
            for number, state in enumerate(states):
                held.accumulators[place][number].restore(state)
        return cell


def fold_cell(cell: Cell) -> None:
    """Fold the lanes that fill a buffer."""
    *lanes, held = cell
    for place, (values, buffered) in enumerate(zip(lanes, held.buffered, strict=True)):
        if len(values) >= buffered:
            fold_full(values, held.accumulators[place], buffered)


def merge(cell: Cell, other: Cell) -> None:
    """Take all that `other` took."""
    *lanes, held = cell
    *other_lanes, other_held = other
    for place, (values, other_values) in enumerate(zip(lanes, other_lanes, strict=True)):
        mine, theirs = held.accumulators[place], other_held.accumulators[place]
        fold(values, mine, held.buffered[place])
        fold(other_values, theirs, other_held.buffered[place])
        for accumulator, each in zip(mine, theirs, strict=True):
            accumulator.merge(each)


def saved_cell(cell: Cell) -> tuple[tuple[int, ...], list[Any]]:
    """A cell in msgpack's types."""
    *lanes, held = cell
    made = held.made or [()] * len(lanes)
    states = [
        (list(values), [accumulator.state() for accumulator in mine]) for values, mine in zip(lanes, made, strict=True)
    ]
    return held.buffered, states
