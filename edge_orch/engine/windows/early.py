"""Windows that time alone decides and that do not overlap, with rows of what they hold so far.

Every so often from its beginning on, at its *marks*, a window that is open has rows of the records before the mark, of
all keys that have any; the last mark is its end. A mark is told when the watermark passes it and the grace. A record
that comes when its mark has been told, but its window has not closed, is in the rows of the marks to come. When the
input ends, all marks of open windows are told, as if time went on.

What has been told is one pane, so that a window takes as much room and time for its hundredth row as for its second.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from edge_orch.engine.clock import Timer
from edge_orch.engine.room import Room
from edge_orch.engine.windows.aligned import AlignedWindows
from edge_orch.engine.windows.cell import Cell, Key, Layout, merge
from edge_orch.engine.windows.frames import Frames
from edge_orch.plan.steps import Aggregate


class EarlyFrames:
    """See `Frames`; a pane lies between two marks. `whole`: where the windows lie."""

    in_block = 1

    def __init__(self, whole: Frames, every_us: int) -> None:
        self._whole = whole
        self._every = every_us
        self.first_after = whole.first_after
        self.last_before = whole.last_before

    def pane(self, time_us: int) -> tuple[int, int]:
        """See `Frames`."""
        start, end = self._whole.pane(time_us)
        begun = time_us - (time_us - start) % self._every
        return begun, min(begun + self._every, end)

    def panes(self, start: int, end: int) -> Iterable[int]:
        """See `Frames`; `start` is the beginning of a window, `end` one of its marks."""
        return range(start, end, self._every)

    def block(self, pane: int) -> int:
        """See `Frames`."""
        return pane

    def parts(self, start: int, end: int) -> Iterator[Sequence[int]]:
        """See `Frames`."""
        return ((pane,) for pane in self.panes(start, end))

    def windows(self, pane: int) -> list[tuple[int, int]]:
        """See `Frames`."""
        return [self._whole.pane(pane)]

    def mark_after(self, moment_us: int, start: int, end: int) -> int:
        """The first mark of the window behind that moment, which is not before its beginning."""
        return min(moment_us - (moment_us - start) % self._every + self._every, end)


class EarlyWindows(AlignedWindows):
    """See `Windows`. What `_open` has of an open window is its next mark, not its end."""

    def __init__(
        self, step: Aggregate, layout: Layout, timers: Sequence[Timer], room: Room, frames: EarlyFrames
    ) -> None:
        super().__init__(step, layout, timers, room, frames)
        self._marks = frames

    def close(self) -> None:
        """See `Windows`."""
        self._open = {start: self._end(start) for start in self._open}
        super().close()

    def _begin(self, pane: int, start: int, end: int, now: int) -> None:
        """See `AlignedWindows`. A mark that has been told is not told again."""
        mark = self._marks.mark_after(max(pane, now - self._grace), start, end)
        super()._begin(pane, start, min(mark, self._open.get(start, end)), now)

    def _close(self, start: int) -> None:
        """Tell the next mark."""
        mark, end = self._open[start], self._end(start)
        if mark == end:
            super()._close(start)
            return
        self._advance_timers(mark)
        self._open[start] = self._marks.mark_after(mark, start, end)
        self._first_end = min(self._open.values())
        self.emit(self._gathered(start, mark).items(), start, mark, 0)

    def _gathered(self, start: int, mark: int) -> dict[Key, Cell]:
        """The cells of all panes before the mark, which are one from here on."""
        whole = self._panes.setdefault(start, {})
        for pane in self._frames.panes(self._frames.pane(start)[1], mark):
            for key, cell in self._panes.pop(pane, {}).items():
                mine = whole.setdefault(key, cell)
                if mine is not cell:
                    merge(mine, cell)
                    self._free([cell])
                    for accumulators in mine[-1].accumulators:
                        self._charge(accumulators)
        return whole

    def _end(self, start: int) -> int:
        return self._frames.windows(start)[0][1]
