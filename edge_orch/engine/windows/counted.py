"""Count windows: so many records of one key, as they arrive. No record is late, and time closes nothing.

A window lies between the earliest and the latest event time of its records; its row is dated by the latest.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

import msgspec

from edge_orch.engine.clock import Timer
from edge_orch.engine.encoding import msgpack_bytes
from edge_orch.engine.room import Room
from edge_orch.engine.windows.cell import Cell, Key, Layout, saved_cell
from edge_orch.engine.windows.windows import PARTIAL, Windows
from edge_orch.plan.steps import Aggregate


class Counted(msgspec.Struct, eq=False):
    """A window that is not full."""

    count: int
    start: int
    end: int
    cell: Cell


class _State(msgspec.Struct, array_like=True):
    watermark_us: int
    windows: list[tuple[Any, int, int, int, Any]]


class CountWindows(Windows):
    """See `Windows`. `full`: whether the record of the last `cell_at` was the last one of its window."""

    def __init__(self, step: Aggregate, layout: Layout, timers: Sequence[Timer], room: Room, size: int) -> None:
        super().__init__(step, layout, timers, room)
        self.full = False
        self._size = size
        self._windows: dict[Key, Counted] = {}

    def cell_at(self, key: Key, time_us: int) -> Cell | None:
        """The cell of one more record; None when there is no room for it."""
        self.full = False
        window = self._windows.get(key)
        if window is None:
            cell = self._new_cell(key)
            if cell is None:
                return None
            window = self._windows[key] = Counted(0, time_us, time_us, cell)
        window.count += 1
        window.start, window.end = min(window.start, time_us), max(window.end, time_us)
        self.full = window.count >= self._size
        return window.cell

    def complete(self, key: Key, watermark_us: int) -> None:
        """The key's window is full: emit its row."""
        self._advance_timers(max(watermark_us, self._watermark))
        window = self._windows.pop(key)
        self._free([window.cell])
        self.emit([(key, window.cell)], window.start, window.end, 0)

    def due(self) -> int:
        """See `Timer`."""
        return self._later()

    def advance(self, watermark_us: int) -> None:
        """See `Timer`."""
        self._watermark = max(self._watermark, watermark_us)
        self._advance_timers(watermark_us)

    def finish(self) -> None:
        """See `Timer`. What is not full comes out, too."""
        self._emit_all(0)
        self._finish_timers()

    def close(self) -> None:
        """See `Windows`."""
        self._emit_all(PARTIAL)

    def snapshot(self) -> bytes:
        """See `Windows`."""
        windows = [(key, w.count, w.start, w.end, saved_cell(w.cell)) for key, w in self._windows.items()]
        return msgpack_bytes(_State(self._watermark, windows))

    def restore(self, data: bytes) -> None:
        """See `Windows`."""
        state = msgspec.msgpack.decode(data, type=_State)
        self._watermark = state.watermark_us
        self._windows = {
            self._key(key): Counted(count, start, end, self._restored(self._key(key), cell))
            for key, count, start, end, cell in state.windows
        }

    def _cells(self) -> Iterator[Cell]:
        return (window.cell for window in self._windows.values())

    def _emit_all(self, revision: int) -> None:
        windows, self._windows = self._windows, {}
        self._free([window.cell for window in windows.values()])
        for key, window in windows.items():
            self.emit([(key, window.cell)], window.start, window.end, revision)
