"""Cells: what is computed for one key in one window, or in a part of one."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

import msgspec

from edge_orch.engine.accumulators.accumulator import Accumulator

BUFFERED = 512  # values folded at once: long enough for C speed, short enough for memory

Key = Any  # one column: its value; none or several: a tuple
Row = tuple[Any, ...]


class Lane(list[Any]):
    """Values of one expression for one key, not folded yet, and the accumulators they go to."""

    __slots__ = ("accumulators",)

    def __init__(self, accumulators: tuple[Accumulator, ...]) -> None:
        super().__init__()
        self.accumulators = accumulators

    def fold(self) -> None:
        """Fold what is buffered, and empty the buffer."""
        for accumulator in self.accumulators:
            accumulator.fold(self)
        self.clear()


Cell = tuple[Lane, ...]


class Layout(msgspec.Struct, frozen=True):
    """How a cell is built, and where in it each computed column lies: (lane, accumulator)."""

    lanes: tuple[tuple[Callable[[], Accumulator], ...], ...]
    columns: tuple[tuple[int, int], ...]

    def cell(self) -> Cell:
        """A new, empty cell."""
        return tuple(Lane(tuple(make() for make in lane)) for lane in self.lanes)

    def values(self, cell: Cell) -> Row:
        """The computed columns of a cell."""
        for lane in cell:
            lane.fold()
        return tuple(cell[lane].accumulators[place].value() for lane, place in self.columns)

    def merged(self, cells: Iterable[Cell]) -> Cell:
        """A cell of all that these took, which keep what they have."""
        merged = self.cell()
        for cell in cells:
            merge(merged, cell)
        return merged

    def restored(self, saved: list[Any]) -> Cell:
        """The cell that `saved_cell` was made of."""
        cell = self.cell()
        for lane, (buffered, states) in zip(cell, saved, strict=True):
            lane.extend(tuple(value) if isinstance(value, list) else value for value in buffered)
            for accumulator, state in zip(lane.accumulators, states, strict=True):
                accumulator.restore(state)
        return cell


def merge(cell: Cell, other: Cell) -> None:
    """Take all that `other` took."""
    for mine, theirs in zip(cell, other, strict=True):
        mine.fold()
        theirs.fold()
        for accumulator, each in zip(mine.accumulators, theirs.accumulators, strict=True):
            accumulator.merge(each)


def saved_cell(cell: Cell) -> list[Any]:
    """A cell in msgpack's types."""
    return [(list(lane), [accumulator.state() for accumulator in lane.accumulators]) for lane in cell]
