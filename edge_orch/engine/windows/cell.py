"""Cells: what is computed for one key in one window, or in a part of one."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

import msgspec

from edge_orch.engine.accumulators.accumulator import Accumulator

BUFFERED = 512  # values folded at once: long enough for C speed, short enough for memory

Key = Any  # one column: its value; none or several: a tuple
Row = tuple[Any, ...]


Cell = tuple[list[Any], ...]
"""The values of each lane that are not folded yet; at the end, the accumulators of each lane.

Lanes are plain lists, since generated code appends to one for each record.
"""


def fold(values: list[Any], accumulators: tuple[Accumulator, ...]) -> None:
    """Fold a lane's values, and empty it. Always `BUFFERED` at a time: when it is called changes no sum of floats."""
    fold_full(values, accumulators)
    for accumulator in accumulators:
        accumulator.fold(values)
    values.clear()


def fold_full(values: list[Any], accumulators: tuple[Accumulator, ...]) -> None:
    """Fold what fills a buffer, and leave the rest."""
    while len(values) >= BUFFERED:
        head = values[:BUFFERED]
        del values[:BUFFERED]
        for accumulator in accumulators:
            accumulator.fold(head)


class Layout(msgspec.Struct, frozen=True):
    """How a cell is built, and where in it each computed column lies: (lane, accumulator)."""

    lanes: tuple[tuple[Callable[[], Accumulator], ...], ...]
    columns: tuple[tuple[int, int], ...]

    def cell(self) -> Cell:
        """A new, empty cell."""
        return (*([] for _ in self.lanes), [tuple(make() for make in lane) for lane in self.lanes])

    def values(self, cell: Cell) -> Row:
        """The computed columns of a cell."""
        *lanes, accumulators = cell
        for values, mine in zip(lanes, accumulators, strict=True):
            fold(values, mine)
        return tuple(accumulators[lane][place].value() for lane, place in self.columns)

    def merged(self, cells: Iterable[Cell]) -> Cell:
        """A cell of all that these took, which keep what they have."""
        merged = self.cell()
        for cell in cells:
            merge(merged, cell)
        return merged

    def restored(self, saved: list[Any]) -> Cell:
        """The cell that `saved_cell` was made of."""
        cell = self.cell()
        *lanes, accumulators = cell
        for values, mine, (buffered, states) in zip(lanes, accumulators, saved, strict=True):
            values.extend(tuple(value) if isinstance(value, list) else value for value in buffered)
            for accumulator, state in zip(mine, states, strict=True):
                accumulator.restore(state)
        return cell


def fold_cell(cell: Cell) -> None:
    """Fold the lanes that fill a buffer."""
    *lanes, accumulators = cell
    for values, mine in zip(lanes, accumulators, strict=True):
        fold_full(values, mine)


def merge(cell: Cell, other: Cell) -> None:
    """Take all that `other` took."""
    *lanes, accumulators = cell
    *other_lanes, other_accumulators = other
    for values, mine, other_values, theirs in zip(lanes, accumulators, other_lanes, other_accumulators, strict=True):
        fold(values, mine)
        fold(other_values, theirs)
        for accumulator, each in zip(mine, theirs, strict=True):
            accumulator.merge(each)


def saved_cell(cell: Cell) -> list[Any]:
    """A cell in msgpack's types."""
    *lanes, accumulators = cell
    return [
        (list(values), [accumulator.state() for accumulator in mine])
        for values, mine in zip(lanes, accumulators, strict=True)
    ]
