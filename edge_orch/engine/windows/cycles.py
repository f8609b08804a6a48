"""Cycle windows: the records of one key, as they arrive, from one that begins something to the one that ends it.

A cycle that has no end of its own ends where the next begins, and any when no record of it has come for so long, or
before the first record by which it would be longer than it may. No record is late. A window lies between the earliest
and the latest event time of its records; its row is dated by the latest. A cycle under way may end as long ago as the
timeout: for the steps that take the rows, time runs so far behind.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from heapq import heapify, heappop, heappush, heapreplace
from typing import Any

import msgspec

from edge_orch.engine.clock import NEVER, Timer
from edge_orch.engine.encoding import msgpack_bytes
from edge_orch.engine.room import Room
from edge_orch.engine.windows.cell import Cell, Key, Layout, saved_cell
from edge_orch.engine.windows.windows import PARTIAL, Windows
from edge_orch.plan.steps import Aggregate
from edge_orch.plan.windows import CycleWindow


class Cycle(msgspec.Struct, eq=False):
    """A cycle under way. `number`: in which order they began; `end`: its latest record."""

    key: Key
    number: int
    start: int
    end: int
    cell: Cell
    over: bool = False


class _State(msgspec.Struct, array_like=True):
    watermark_us: int
    begun: int
    cycles: list[tuple[Any, int, int, int, Any]]


class CycleWindows(Windows):
    """See `Windows`. Of the last `cell_at`: `changed`: a cycle began or ended; `refused`: there was no room for one."""

    def __init__(
        self, step: Aggregate, layout: Layout, timers: Sequence[Timer], room: Room, window: CycleWindow
    ) -> None:
        super().__init__(step, layout, timers, room)
        self.changed = False
        self.refused = False
        self._timeout = window.timeout_us
        self._longest = NEVER if window.max_us is None else window.max_us
        self._only_between = window.begin is not None and window.end is not None
        self._begun = 0
        self._cycles: dict[Key, Cycle] = {}
        # By when they time out, and number. That may have moved on since: it is brought up to date when it comes first.
        self._timeouts: list[tuple[int, int, Cycle]] = []

    def cell_at(self, key: Key, time_us: int, begins: bool, watermark_us: int) -> Cell | None:
        """The cell of the record's cycle; None between two cycles, or when there is no room (`refused`)."""
        self.changed = self.refused = False
        cycle = self._cycles.get(key)
        if cycle is not None and (begins or not self._takes(cycle, time_us)):
            self.complete(key, watermark_us)
            self.changed, cycle = True, None
        if cycle is not None:
            if time_us < cycle.start:
                cycle.start = time_us
                if time_us + self._longest < cycle.end + self._timeout:  # it is over sooner by this
                    self.changed = True
                    heappush(self._timeouts, (time_us + self._longest, cycle.number, cycle))
            cycle.end = max(cycle.end, time_us)
            return cycle.cell
        if self._only_between and not begins:
            return None
        cell = self._new_cell(key)
        if cell is None:
            self.refused = True
            return None
        self.changed = True
        self._begun += 1
        cycle = self._cycles[key] = Cycle(key, self._begun, time_us, time_us, cell)
        heappush(self._timeouts, (self._over_at(cycle), cycle.number, cycle))
        return cell

    def complete(self, key: Key, watermark_us: int) -> None:
        """The key's cycle is over: emit its row."""
        self._advance_timers(max(watermark_us, self._watermark) - self._timeout)
        self._emit(self._cycles[key], 0)

    def due(self) -> int:
        """See `Timer`."""
        first = self._first()
        own = NEVER if first is None else self._over_at(first)
        later = self._later()
        return min(own, later + self._timeout if later < NEVER else NEVER)

    def advance(self, watermark_us: int) -> None:
        """See `Timer`."""
        self._watermark = max(self._watermark, watermark_us)
        while (first := self._first()) is not None and (over_at := self._over_at(first)) <= watermark_us:
            self._advance_timers(over_at - self._timeout)
            self._emit(first, 0)
        self._advance_timers(watermark_us - self._timeout)

    def finish(self) -> None:
        """See `Timer`. What is under way comes out, too."""
        self._emit_all(0)
        self._finish_timers()

    def close(self) -> None:
        """See `Windows`."""
        self._emit_all(PARTIAL)

    def snapshot(self) -> bytes:
        """See `Windows`."""
        saved = [(each.key, each.number, each.start, each.end, saved_cell(each.cell)) for each in self._cycles.values()]
        return msgpack_bytes(_State(self._watermark, self._begun, saved))

    def restore(self, data: bytes) -> None:
        """See `Windows`."""
        state = msgspec.msgpack.decode(data, type=_State)
        self._watermark, self._begun, self._cycles = state.watermark_us, state.begun, {}
        for saved, number, start, end, cell in state.cycles:
            key = self._key(saved)
            self._cycles[key] = Cycle(key, number, start, end, self._restored(key, cell))
        self._timeouts = [(self._over_at(each), each.number, each) for each in self._cycles.values()]
        heapify(self._timeouts)

    def _cells(self) -> Iterator[Cell]:
        return (cycle.cell for cycle in self._cycles.values())

    def _takes(self, cycle: Cycle, time_us: int) -> bool:
        """Whether the cycle goes on with a record of that time."""
        longest = self._longest
        return time_us < cycle.end + self._timeout and time_us - cycle.start < longest and cycle.end - time_us < longest

    def _over_at(self, cycle: Cycle) -> int:
        return min(cycle.end + self._timeout, cycle.start + self._longest)

    def _first(self) -> Cycle | None:
        """The cycle that times out first."""
        timeouts = self._timeouts
        while timeouts:
            at, number, cycle = timeouts[0]
            if cycle.over:
                heappop(timeouts)
            elif at < self._over_at(cycle):
                heapreplace(timeouts, (self._over_at(cycle), number, cycle))
            else:
                return cycle
        return None

    def _emit_all(self, revision: int) -> None:
        for cycle in list(self._cycles.values()):
            self._emit(cycle, revision)
        self._timeouts.clear()

    def _emit(self, cycle: Cycle, revision: int) -> None:
        cycle.over = True
        del self._cycles[cycle.key]
        self._free([cycle.cell])
        self.emit([(cycle.key, cycle.cell)], cycle.start, cycle.end, revision)
