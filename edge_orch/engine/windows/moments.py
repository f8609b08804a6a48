"""Records in the order of their event time: windows of a moment each, whose rows are the records themselves.

A record is held until the watermark passes its time + grace. One that is dated before what has been passed on, or could
have been, is late. Where there is no room for all that are held, the earliest are passed on before their time, counted
as `evicted`; what comes behind them is late. When the input ends, or the step's version, all are passed on.
"""

from __future__ import annotations

from collections.abc import Sequence
from heapq import heappop, heappush
from typing import Any

import msgspec

from edge_orch.engine.clock import BEFORE, NEVER, Timer
from edge_orch.engine.encoding import msgpack_bytes
from edge_orch.engine.room import ENTRY, Room, weight
from edge_orch.engine.windows.windows import Stage

Held = tuple[int, int, int, tuple[Any, ...]]
"""A record's event time, which of all it was, the room that it takes, and its fields."""


class _State(msgspec.Struct, array_like=True):
    watermark_us: int
    passed_us: int
    number: int
    held: list[tuple[int, int, int, list[Any]]]


class Moments(Stage):
    """See `Stage`. `emit` takes the fields of records of one moment."""

    def __init__(self, grace_us: int, timers: Sequence[Timer], room: Room) -> None:
        super().__init__(timers)
        self.sooner = False
        """Whether the record that was pushed last has changed what is due first."""
        self._grace = grace_us
        self._room = room
        self._passed = BEFORE
        self._number = 0
        self._held: list[Held] = []

    def push(self, time_us: int, fields: tuple[Any, ...], watermark_us: int) -> bool:
        """Hold a record, unless it is late."""
        open_from = max(watermark_us, self._watermark) - self._grace
        if time_us < max(open_from, self._passed):
            return False
        self._number += 1
        held, room = self._held, self._room
        size = ENTRY + weight(fields)
        heappush(held, (time_us, self._number, size, fields))
        room.used += size
        self.sooner = held[0][1] == self._number
        if time_us == open_from:  # it comes just in time
            self._pass_on(open_from)
        while room.used > room.limit:
            self.sooner = True
            room.count.evicted += self._pass_on(held[0][0])
        return True

    def due(self) -> int:
        """See `Timer`."""
        first = min(self._later(), self._held[0][0]) if self._held else self._later()
        return NEVER if first == NEVER else first + self._grace

    def reached(self, watermark_us: int) -> int:
        """No record is to come that is older, when the watermark has come so far."""
        return watermark_us - self._grace

    def reaches(self, moment_us: int) -> int:
        """The watermark at which `reached` has come to that moment."""
        return moment_us + self._grace

    def advance(self, watermark_us: int) -> None:
        """See `Timer`."""
        self._watermark = max(self._watermark, watermark_us)
        self._pass_on(self._watermark - self._grace)
        self._advance_timers(self._watermark - self._grace)

    def finish(self) -> None:
        """See `Timer`."""
        self._pass_on(NEVER)
        self._finish_timers()

    def close(self) -> None:
        """See `Stage`."""
        self._pass_on(NEVER)

    def snapshot(self) -> bytes:
        """See `Stage`."""
        held = [(time_us, number, size, list(fields)) for time_us, number, size, fields in self._held]
        return msgpack_bytes(_State(self._watermark, self._passed, self._number, held))

    def restore(self, data: bytes) -> None:
        """See `Stage`."""
        state = msgspec.msgpack.decode(data, type=_State)
        self._watermark, self._passed, self._number = state.watermark_us, state.passed_us, state.number
        self._held = [(time_us, number, size, tuple(fields)) for time_us, number, size, fields in state.held]
        self._room.used += sum(size for _, _, size, _ in self._held)

    def _pass_on(self, until_us: int) -> int:
        """Pass on what is dated up to then, moment by moment; how many records that were."""
        held, passed = self._held, 0
        while held and (time_us := held[0][0]) <= until_us:
            together = []
            while held and held[0][0] == time_us:
                _, _, size, fields = heappop(held)
                self._room.used -= size
                together.append(fields)
            passed += len(together)
            self._passed = max(self._passed, time_us)
            self._advance_timers(time_us)
            self.emit(together)
        return passed
