"""Windows that event time alone decides: tumbling, sliding and calendar windows.

Rows come out one per key, in the order in which the keys first came. With `on_late: revise` a closed window is kept for
another grace: a late record then emits its key's row again under the next revision number. A record that is late for
some of its windows counts in the others; it is late when all have closed.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from typing import Any

import msgspec

from edge_orch.engine.clock import NEVER, Timer
from edge_orch.engine.encoding import msgpack_bytes
from edge_orch.engine.room import Room
from edge_orch.engine.windows.cell import Cell, Key, Layout, saved_cell
from edge_orch.engine.windows.frames import Frames
from edge_orch.engine.windows.windows import PARTIAL, Windows
from edge_orch.plan.steps import Aggregate

CLOSED: dict[Key, Cell] = {}
"""The cells of panes that nobody reads any more: always empty."""


class _State(msgspec.Struct, array_like=True):
    watermark_us: int
    panes: list[tuple[int, list[Any]]]
    open: list[tuple[int, int]]
    revisions: list[tuple[int, list[Any]]]


class AlignedWindows(Windows):
    """See `Windows`. A pane that is held belongs to a window that is open or kept."""

    def __init__(self, step: Aggregate, layout: Layout, timers: Sequence[Timer], room: Room, frames: Frames) -> None:
        super().__init__(step, layout, timers, room)
        self.pane = frames.pane
        self._frames = frames
        self._revises = step.on_late == "revise"
        self._kept = 2 * self._grace if self._revises else self._grace
        self._dated_by_start = step.schema.time == "window_start"
        self._panes: dict[int, dict[Key, Cell]] = {}
        self._open: dict[int, int] = {}
        self._first_end = NEVER
        self._shared = frames.in_block
        self._revisions: dict[int, dict[Key, int]] = {}
        # By the start of a block, its panes merged: known again at any time, hence in no snapshot.
        self._blocks: dict[int, dict[Key, Cell]] = {}

    def cells(self, pane: int, watermark_us: int) -> dict[Key, Cell]:
        """The cells of the pane that starts there; `CLOSED` when no window of it is open or kept any more.

        They may be written to until windows close for the next time.
        """
        now = max(watermark_us, self._watermark)
        if pane < self._frames.first_after(now - self._kept):
            return CLOSED
        self._blocks.pop(self._frames.block(pane), None)
        cells = self._panes.get(pane)
        if cells is None:
            cells = self._panes[pane] = {}
            for start, end in self._frames.windows(pane):
                if end + self._grace > now:
                    self._begin(pane, start, end, now)
        return cells

    def add(self, cells: dict[Key, Cell], key: Key) -> Cell | None:
        """A new cell of that key among the pane's; None when there is no room for it."""
        cell = self._new_cell(key)
        if cell is not None:
            cells[key] = cell
        return cell

    def has_closed(self, pane: int, watermark_us: int) -> bool:
        """Whether a record in that pane is late for a window."""
        return self._frames.windows(pane)[0][1] + self._grace <= max(watermark_us, self._watermark)

    def revised(self, pane: int, key: Key, watermark_us: int) -> None:
        """A late record was added to that pane: emit its key's row of each closed window again."""
        now = max(watermark_us, self._watermark)
        self._advance_timers(self._row_time(now - self._grace))
        for start, end in self._frames.windows(pane):
            if end + self._grace <= now < end + self._kept:
                revisions = self._revisions.setdefault(start, {})
                revisions[key] = revisions.get(key, -1) + 1
                cells = [cells[key] for cells in self._held(start, end) if key in cells]
                self.emit([(key, self._whole(cells))], start, end, revisions[key])

    def due(self) -> int:
        """See `Timer`."""
        own = self._first_end + self._grace if self._open else NEVER
        later = self._later()
        if later == NEVER:
            return own
        return min(own, self.reaches(later))

    def reached(self, watermark_us: int) -> int:
        """No row is to come that is older, when the watermark has come so far."""
        return self._row_time(watermark_us - self._grace)

    def reaches(self, moment_us: int) -> int:
        """The watermark at which `reached` has come to that moment."""
        return (self._frames.last_before(moment_us) if self._dated_by_start else moment_us) + self._grace

    def sweep(self) -> int:
        """See `Timer`."""
        if not self._revises or not self._panes:
            return NEVER
        return self._frames.last_before(min(self._panes) + 1) + self._kept

    def advance(self, watermark_us: int) -> None:
        """See `Timer`."""
        self._watermark = max(self._watermark, watermark_us)
        closed_to = watermark_us - self._grace
        while self._first_end <= closed_to:
            self._close(min(self._open))
        self._advance_timers(self._row_time(closed_to))
        kept_from = self._frames.first_after(watermark_us - self._kept)
        for pane in [pane for pane in self._panes if pane < kept_from]:
            self._free(self._panes.pop(pane).values())
        for forgotten in (self._revisions, self._blocks):
            for start in [start for start in forgotten if start < kept_from]:
                del forgotten[start]

    def finish(self) -> None:
        """See `Timer`."""
        while self._open:
            self._close(min(self._open))
        self._finish_timers()

    def close(self) -> None:
        """See `Windows`."""
        for start, end in sorted(self._open.items()):
            self.emit(self._window(start, end), start, end, PARTIAL)
        for cells in self._panes.values():
            self._free(cells.values())
        for held in (self._panes, self._open, self._revisions, self._blocks):
            held.clear()
        self._first_end = NEVER

    def snapshot(self) -> bytes:
        """See `Windows`."""
        panes = [
            (pane, [(key, saved_cell(cell)) for key, cell in cells.items()]) for pane, cells in self._panes.items()
        ]
        revisions = [(start, list(numbers.items())) for start, numbers in self._revisions.items()]
        return msgpack_bytes(_State(self._watermark, panes, list(self._open.items()), revisions))

    def restore(self, data: bytes) -> None:
        """See `Windows`."""
        state = msgspec.msgpack.decode(data, type=_State)
        self._watermark = state.watermark_us
        self._panes = {
            pane: {self._key(key): self._restored(self._key(key), cell) for key, cell in cells}
            for pane, cells in state.panes
        }
        self._open = dict(state.open)
        self._first_end = min(self._open.values(), default=NEVER)
        self._revisions = {
            start: {self._key(key): number for key, number in numbers} for start, numbers in state.revisions
        }

    def _begin(self, pane: int, start: int, end: int, now: int) -> None:  # noqa: ARG002 - windows with marks need all
        """The window that holds the pane is open at this watermark."""
        self._open[start] = end
        self._first_end = min(self._first_end, end)

    def _close(self, start: int) -> None:
        end = self._open[start]
        self._advance_timers(start if self._dated_by_start else end)
        del self._open[start]
        self._first_end = min(self._open.values(), default=NEVER)
        cells = self._window(start, end)
        if self._revises:
            self._revisions[start] = dict.fromkeys([key for key, _ in cells], 0)
        self.emit(cells, start, end, 0)

    def _cells(self) -> Iterator[Cell]:
        return (cell for cells in self._panes.values() for cell in cells.values())

    def _window(self, start: int, end: int) -> Collection[tuple[Key, Cell]]:
        """The keys of a window, and the cell of each."""
        parts = list(self._parts(start, end))
        if len(parts) == 1:
            return parts[0].items()
        by_key: dict[Key, list[Cell]] = {}
        for part in parts:
            for key, cell in part.items():
                by_key.setdefault(key, []).append(cell)
        return [(key, self._whole(cells)) for key, cells in by_key.items()]

    def _parts(self, start: int, end: int) -> Iterator[dict[Key, Cell]]:
        """The cells of the window's panes, in order; those of a whole block merged."""
        for panes in self._frames.parts(start, end):
            if len(panes) == 1:
                yield self._panes.get(panes[0], CLOSED)
            else:
                yield self._merged_block(panes)

    def _merged_block(self, panes: Sequence[int]) -> dict[Key, Cell]:
        block = self._blocks.get(panes[0])
        if block is None:
            by_key: dict[Key, list[Cell]] = {}
            for pane in panes:
                for key, cell in self._panes.get(pane, CLOSED).items():
                    by_key.setdefault(key, []).append(cell)
            block = self._blocks[panes[0]] = {key: self._whole(cells) for key, cells in by_key.items()}
        return block

    def _weight(self, key: Key) -> int:
        """A cell, and its part of those of its block."""
        own, shared = super()._weight(key), self._shared
        return own * (shared + 1) // shared if shared > 1 else own

    def _held(self, start: int, end: int) -> list[dict[Key, Cell]]:
        return [self._panes[pane] for pane in self._frames.panes(start, end) if pane in self._panes]

    def _whole(self, cells: list[Cell]) -> Cell:
        return cells[0] if len(cells) == 1 else self._layout.merged(cells)

    def _row_time(self, closed_to: int) -> int:
        """No row is to come that is older, when all windows have closed that end up to then."""
        return self._frames.first_after(closed_to) if self._dated_by_start else closed_to
