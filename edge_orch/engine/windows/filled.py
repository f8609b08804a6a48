"""Windows that event time alone decides, with rows of those in which nothing came.

A key that has had a record is known. A known key has a row of each window, without a record too, if that window begins
less than `empty_us` after the end of the last window in which it had one; after these it is forgotten, until its next.
So a silence of any length makes as many rows as fit into `empty_us`, and no key makes any before its first record.

Which windows are empty is decided when they close, by what came until then. A late record revises a row of an empty
window as it does any other; windows that have closed get no rows because of it, those to come do. When the input or the
step's version ends, windows are told up to the newest one that has records.

A known key takes room like a cell does, and is refused with it. When one step in time has brought forth `MOST_AT_ONCE`
rows of empty windows, because it is a long one and many keys are known, the silent keys are forgotten, which is counted
as `evicted`: rows wait in memory until they leave.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import Any

import msgspec

from edge_orch.engine.clock import BEFORE, NEVER, Timer
from edge_orch.engine.encoding import msgpack_bytes
from edge_orch.engine.room import ENTRY, Room, weight
from edge_orch.engine.stamps import LATEST_US
from edge_orch.engine.windows.aligned import AlignedWindows
from edge_orch.engine.windows.cell import Cell, Key, Layout
from edge_orch.engine.windows.frames import Frames
from edge_orch.engine.windows.windows import PARTIAL
from edge_orch.plan.steps import Aggregate

MOST_AT_ONCE = 100_000
FORGOTTEN = BEFORE + 1  # so long ago that no row is due any more


class _State(msgspec.Struct, array_like=True):
    windows: bytes
    known: list[tuple[Any, int]]


class FilledWindows(AlignedWindows):
    """See `Windows`. While a known key has had a record in a closed window, the next window to close is open."""

    def __init__(
        self, step: Aggregate, layout: Layout, timers: Sequence[Timer], room: Room, frames: Frames, *, empty_us: int
    ) -> None:
        super().__init__(step, layout, timers, room, frames)
        self._empty = empty_us
        self._nothing = layout.cell(layout.sizes(1))
        # When the last closed window ended in which each had a record; BEFORE: only open ones have any.
        self._known: dict[Key, int] = {}
        self._told = 0  # rows of empty windows in this step of time

    def advance(self, watermark_us: int) -> None:
        """See `Timer`."""
        self._told = 0
        super().advance(watermark_us)

    def revised(self, pane: int, key: Key, watermark_us: int) -> None:
        """See `AlignedWindows`."""
        super().revised(pane, key, watermark_us)
        closed_to = max(watermark_us, self._watermark) - self._grace
        if key in self._known:  # one that was forgotten had its record long ago, too
            ends = [end for _, end in self._frames.windows(pane) if end <= closed_to]
            self._known[key] = max(self._known[key], *ends)
            self._open_after(closed_to)

    def finish(self) -> None:
        """See `Timer`."""
        self._told = 0
        newest = self._newest()
        while self._open and min(self._open) <= newest:
            self._close(min(self._open))
        self._finish_timers()

    def close(self) -> None:
        """See `Windows`."""
        self._told = 0
        newest = self._newest()
        while self._open and (start := min(self._open)) <= newest:
            end = self._open.pop(start)
            self.emit(self._window(start, end), start, end, PARTIAL)
        for key in list(self._known):
            self._forget(key)
        self._open.clear()
        super().close()

    def snapshot(self) -> bytes:
        """See `Windows`."""
        return msgpack_bytes(_State(super().snapshot(), list(self._known.items())))

    def restore(self, data: bytes) -> None:
        """See `Windows`."""
        state = msgspec.msgpack.decode(data, type=_State)
        super().restore(state.windows)
        self._known = {self._key(key): end for key, end in state.known}
        self._room.used += sum(map(_known_weight, self._known))

    def _new_cell(self, key: Key) -> Cell | None:
        if key in self._known:
            return super()._new_cell(key)
        if not self._room.take(_known_weight(key), self._most_held):
            return None
        cell = super()._new_cell(key)
        if cell is None:
            self._room.give(_known_weight(key))
        else:
            self._known[key] = BEFORE
        return cell

    def _window(self, start: int, end: int) -> Collection[tuple[Key, Cell]]:
        """See `AlignedWindows`. Of a window that closes: then comes the next."""
        found = super()._window(start, end)
        known = self._known
        for key, _ in found:
            known[key] = end
        silent = [(key, self._nothing) for key, ended in known.items() if BEFORE < ended < end]
        self._told += len(silent)
        if self._told >= MOST_AT_ONCE:
            self._room.count.evicted += len(silent)
            known.update((key, FORGOTTEN) for key, _ in silent)
        self._open_after(end)
        return [*found, *silent]

    def _open_after(self, end: int) -> None:
        """Windows are closed that end up to then: forget the keys without a row of the next; open it for others."""
        start = self._frames.first_after(end)
        _, its_end = self._frames.windows(self._frames.pane(start)[0])[-1]
        begins_from = start - self._empty if its_end <= LATEST_US else NEVER
        for key in [key for key, ended in self._known.items() if BEFORE < ended <= begins_from]:
            if any(key in cells for pane, cells in self._panes.items() if self._frames.windows(pane)[-1][0] >= start):
                self._known[key] = BEFORE
            else:
                self._forget(key)
        if any(ended > BEFORE for ended in self._known.values()):
            self._open[start] = its_end
            self._first_end = min(self._first_end, its_end)

    def _newest(self) -> int:
        """Where the newest window starts that has a record."""
        return self._frames.windows(max(self._panes))[-1][0] if self._panes else -NEVER

    def _forget(self, key: Key) -> None:
        del self._known[key]
        self._room.give(_known_weight(key))


def _known_weight(key: Key) -> int:
    return ENTRY + weight(key)
