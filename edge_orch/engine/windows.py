"""Tumbling windows in event time: the state of one aggregate step, and when its rows come out.

A window closes when the watermark passes its end + grace: then its rows (one per key, in the order in which the keys
first came) are emitted with revision 0. A record whose window has closed is late. With `on_late: revise` a closed
window is kept for another grace: a late record then emits its key's row again under the next revision number. A window
that is closed before its time, because another version takes over, emits its rows with revision -1 (`PARTIAL`).
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import msgspec

from edge_orch.engine.accumulators.accumulator import Accumulator
from edge_orch.engine.clock import BEFORE, NEVER, Timer
from edge_orch.plan.steps import Aggregate

PARTIAL = -1  # the revision of rows of windows that were closed before their time
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


class _Closed(msgspec.Struct):
    cells: dict[Key, Cell]
    revisions: dict[Key, int]


class _State(msgspec.Struct, array_like=True):
    watermark_us: int
    open: list[tuple[int, list[Any]]]
    closed: list[tuple[int, list[Any], list[Any]]]


class Windows:
    """The windows of one aggregate step. `emit` takes rows: by…, compute…, window_start, window_end, revision."""

    def __init__(self, step: Aggregate, layout: Layout, timers: Sequence[Timer]) -> None:
        self.emit: Callable[[list[Row]], None] = _nowhere
        self.cell = layout.cell
        self._layout = layout
        self._timers = timers
        self._size = step.window.size_us
        self._grace = step.grace_us
        self._revises = step.on_late == "revise"
        # A row whose event time is its window's start lies one window further back than one stamped with its end.
        self._lag = self._size if step.schema.time == "window_start" else 0
        self._scalar = len(step.by) == 1
        self._watermark = BEFORE
        self._open: dict[int, dict[Key, Cell]] = {}
        self._closed: dict[int, _Closed] = {}

    def cells(self, start: int, watermark_us: int) -> dict[Key, Cell] | None:
        """The cells of the open window that starts there; None when it has closed."""
        cells = self._open.get(start)
        if cells is None and start + self._size + self._grace > max(watermark_us, self._watermark):
            cells = self._open[start] = {}
        return cells

    def revise(self, start: int, key: Key, watermark_us: int) -> Cell | None:
        """The cell of a late record; None when its window is not kept any more."""
        if start + self._size + 2 * self._grace <= max(watermark_us, self._watermark):
            return None
        closed = self._closed.setdefault(start, _Closed({}, {}))
        if key not in closed.cells:
            closed.cells[key] = self.cell()
            closed.revisions[key] = -1
        return closed.cells[key]

    def revised(self, start: int, key: Key) -> None:
        """A late record was added to that cell: emit its row again."""
        closed = self._closed[start]
        closed.revisions[key] += 1
        self.emit([self._row(start, key, closed.cells[key], closed.revisions[key])])

    def due(self) -> int:
        """See `Timer`."""
        own = min(self._open) + self._size + self._grace if self._open else NEVER
        later = min((timer.due() for timer in self._timers), default=NEVER)
        return min(own, later + self._grace + self._lag if later < NEVER else NEVER)

    def sweep(self) -> int:
        """See `Timer`."""
        return min(self._closed) + self._size + 2 * self._grace if self._closed else NEVER

    def advance(self, watermark_us: int) -> None:
        """See `Timer`. Steps that take the rows see the time of each window before they see its rows."""
        self._watermark = max(self._watermark, watermark_us)
        span = self._size + self._grace
        for start in sorted(start for start in self._open if start + span <= watermark_us):
            self._close(start)
        self._advance_timers(watermark_us - self._grace - self._lag)
        kept = self._size + 2 * self._grace
        for start in [start for start in self._closed if start + kept <= watermark_us]:
            del self._closed[start]

    def finish(self) -> None:
        """See `Timer`."""
        for start in sorted(self._open):
            self._close(start)
        for timer in self._timers:
            timer.finish()

    def close(self) -> None:
        """Emit what is open as partial rows, and forget all windows. No time passes for the steps that take the rows:
        they may stay, and meet what becomes of the rest of these windows.
        """
        for start, cells in sorted(self._open.items()):
            self.emit([self._row(start, key, cell, PARTIAL) for key, cell in cells.items()])
        self._open.clear()
        self._closed.clear()

    def snapshot(self) -> bytes:
        """All that is open or kept."""
        return msgspec.msgpack.encode(
            _State(
                self._watermark,
                [(start, _saved(cells)) for start, cells in self._open.items()],
                [
                    (start, _saved(closed.cells), list(closed.revisions.items()))
                    for start, closed in self._closed.items()
                ],
            )
        )

    def restore(self, data: bytes) -> None:
        """Go on where `snapshot` was taken. Raises `msgspec.DecodeError` on any other bytes."""
        state = msgspec.msgpack.decode(data, type=_State)
        self._watermark = state.watermark_us
        self._open = {start: self._restored(cells) for start, cells in state.open}
        self._closed = {
            start: _Closed(self._restored(cells), {self._key(key): number for key, number in revisions})
            for start, cells, revisions in state.closed
        }

    def _close(self, start: int) -> None:
        self._advance_timers(start + self._size - self._lag)
        cells = self._open.pop(start)
        rows = [self._row(start, key, cell, 0) for key, cell in cells.items()]
        if self._revises:
            self._closed[start] = _Closed(cells, dict.fromkeys(cells, 0))
        self.emit(rows)

    def _row(self, start: int, key: Key, cell: Cell, revision: int) -> Row:
        by = (key,) if self._scalar else key
        return (*by, *self._layout.values(cell), start, start + self._size, revision)

    def _advance_timers(self, watermark_us: int) -> None:
        for timer in self._timers:
            timer.advance(watermark_us)

    def _key(self, saved: Any) -> Key:
        return saved if self._scalar else tuple(saved)

    def _restored(self, saved: list[Any]) -> dict[Key, Cell]:
        cells = {}
        for key, lanes in saved:
            cell = cells[self._key(key)] = self.cell()
            for lane, (buffered, states) in zip(cell, lanes, strict=True):
                lane.extend(tuple(value) if isinstance(value, list) else value for value in buffered)
                for accumulator, state in zip(lane.accumulators, states, strict=True):
                    accumulator.restore(state)
        return cells


def _nowhere(_rows: list[Row]) -> None:
    """Where rows go before a function is set."""


def _saved(cells: dict[Key, Cell]) -> list[Any]:
    return [
        (key, [(list(lane), [accumulator.state() for accumulator in lane.accumulators]) for lane in cell])
        for key, cell in cells.items()
    ]
