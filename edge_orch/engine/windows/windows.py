"""What all windows have in common.

A window closes when the watermark passes its end + grace: then its rows are emitted with revision 0. A record whose
window has closed is late. A window that is closed before its time, because another version takes over, emits its rows
with revision -1 (`PARTIAL`).

Memory is bounded (see `Room`): a record whose key finds no room for a cell is refused, and keys that have one go on.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Sequence
from typing import Any

from edge_orch.engine.accumulators.accumulator import Accumulator, Growing
from edge_orch.engine.clock import BEFORE, NEVER, Timer
from edge_orch.engine.room import Room, weight
from edge_orch.engine.windows.cell import Cell, Key, Layout, fold, fold_cell, fold_full
from edge_orch.plan.steps import Aggregate

PARTIAL = -1  # the revision of rows of windows that were closed before their time


class Stage:
    """What passes on records of its own when event time says. `emit` takes what makes them.

    `timers`: the steps that take the records. They are told the time before they are given any.
    """

    def __init__(self, timers: Sequence[Timer]) -> None:
        self.emit: Callable[..., None] = _nowhere
        self._timers = timers
        self._watermark = BEFORE

    def due(self) -> int:
        """See `Timer`."""
        raise NotImplementedError

    def sweep(self) -> int:
        """See `Timer`."""
        return NEVER

    def advance(self, watermark_us: int) -> None:
        """See `Timer`. Steps that take the records see the time of each before they see it."""
        raise NotImplementedError

    def finish(self) -> None:
        """See `Timer`."""
        raise NotImplementedError

    def close(self) -> None:
        """Another version takes over: pass on what is held, and forget it."""
        raise NotImplementedError

    def snapshot(self) -> bytes:
        """All that is held."""
        raise NotImplementedError

    def restore(self, data: bytes) -> None:
        """Go on where `snapshot` was taken. Raises `msgspec.DecodeError` on any other bytes."""
        raise NotImplementedError

    def _later(self) -> int:
        """When something is due in the steps that take the records, by their own time."""
        return min((timer.due() for timer in self._timers), default=NEVER)

    def _advance_timers(self, watermark_us: int) -> None:
        for timer in self._timers:
            timer.advance(watermark_us)

    def _finish_timers(self) -> None:
        for timer in self._timers:
            timer.finish()


class Windows(Stage):
    """The windows of one aggregate step. `emit` takes keys and their cells, and of them all the window's start and end
    and the revision.
    """

    def __init__(self, step: Aggregate, layout: Layout, timers: Sequence[Timer], room: Room) -> None:
        super().__init__(timers)
        self._layout = layout
        self._cell_weight = layout.weight
        # Lanes that grow are looked at as they fill, by `grow`: where all do, none is left for `appended`.
        self._sizes = layout.sizes(0) if all(layout.growing) else None
        self._room = room
        self._most_held = room.held
        self._live = 0
        self._grace = step.grace_us
        self._scalar = len(step.by) == 1
        self._unfolded = 0
        self._let_lie = room.unfolded(texts=any(layout.texts))
        self._most_unfolded, _ = self._let_lie

    def grow(self, cell: Cell, lane: int) -> None:
        """The lane is full, and of its accumulators some grow with it: they find room, or give up."""
        held = cell[-1]
        fold_full(cell[lane], held.accumulators[lane], held.buffered[lane])
        self._charge(held.accumulators[lane])

    def shorten(self, cell: Cell, lane: int) -> None:
        """A text came into the lane that is too long to wait there: all of it is folded. That changes no result."""
        held = cell[-1]
        fold(cell[lane], held.accumulators[lane], held.buffered[lane])
        self._charge(held.accumulators[lane])

    def appended(self, values: int) -> None:
        """So many records were appended. Looking at all lanes now and then costs less than at one for each record."""
        self._unfolded += values
        if self._unfolded > self._most_unfolded and self._sizes is None:
            cells = 0
            for cell in self._cells():
                cells += 1
                fold_cell(cell)
            self._unfolded = 0
            self._most_unfolded = self._let_lie[0] + self._let_lie[1] * cells

    def close(self) -> None:
        """Emit what is open as partial rows, and forget all windows. No time passes for the steps that take the rows:
        they may stay, and meet what becomes of the rest of these windows.
        """
        raise NotImplementedError

    def _new_cell(self, key: Key) -> Cell | None:
        """A new cell; None when there is no room for it."""
        size = self._weight(key)
        if not self._room.take(size, self._most_held):
            return None
        lanes = len(self._layout.lanes)
        sizes = self._sizes or self._layout.sizes(self._room.buffered(self._live * lanes + 1))
        self._live += 1
        return self._layout.cell(sizes, size)

    def _weight(self, key: Key) -> int:
        return self._cell_weight + weight(key)

    def _free(self, cells: Collection[Cell]) -> None:
        """The cells are not held any more."""
        self._live -= len(cells)
        self._room.give(sum([cell[-1].size() for cell in cells]))

    def _charge(self, accumulators: Iterable[Accumulator]) -> None:
        for each in accumulators:
            if isinstance(each, Growing):
                self._room.charge(each, self._most_held)

    def _restored(self, key: Key, saved: Any) -> Cell:
        cell = self._layout.restored(saved, self._weight(key))
        self._live += 1
        self._room.used += cell[-1].size()
        return cell

    def _cells(self) -> Iterable[Cell]:
        """All cells that are held."""
        raise NotImplementedError

    def _key(self, saved: Any) -> Key:
        return saved if self._scalar else tuple(saved)


def _nowhere(*_: Any) -> None:
    """Where records go before a function is set."""
