"""Records in the order of their event time: windows of a moment each, whose rows are the records themselves.

A record is held until the watermark passes its time + grace. One that is dated before what has been passed on, or could
have been, is late. Where there is no room for all that are held, the earliest are passed on before their time, counted
as `evicted`; what comes behind them is late. When the input ends, or the step's version, all are passed on.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from heapq import heappop, heappush
from itertools import groupby
from operator import itemgetter
from typing import Any

import msgspec

from edge_orch.engine.clock import BEFORE, NEVER, Timer
from edge_orch.engine.encoding import msgpack_bytes
from edge_orch.engine.room import ENTRY, Room, weight
from edge_orch.engine.windows.windows import Stage

Held = tuple[int, int, tuple[Any, ...]]
"""A record's event time, which of all it was, and its fields."""


class _State(msgspec.Struct, array_like=True):
    watermark_us: int
    passed_us: int
    number: int
    held: list[tuple[int, int, list[Any]]]


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
        heappush(held, (time_us, self._number, fields))
        room.used += _weight(fields)
        self.sooner = held[0][1] == self._number
        self._pass_on(self._ready(open_from))  # this one, if it comes just in time
        while room.used > room.limit:
            room.count.evicted += 1
            self.sooner = True
            self._pass_on(self._popped())
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
        self._pass_on(self._ready(self._watermark - self._grace))
        self._advance_timers(self._watermark - self._grace)

    def finish(self) -> None:
        """See `Timer`."""
        self._pass_on(self._ready(NEVER))
        self._finish_timers()

    def close(self) -> None:
        """See `Stage`."""
        self._pass_on(self._ready(NEVER))

    def snapshot(self) -> bytes:
        """See `Stage`."""
        held = [(time_us, number, list(fields)) for time_us, number, fields in self._held]
        return msgpack_bytes(_State(self._watermark, self._passed, self._number, held))

    def restore(self, data: bytes) -> None:
        """See `Stage`."""
        state = msgspec.msgpack.decode(data, type=_State)
        self._watermark, self._passed, self._number = state.watermark_us, state.passed_us, state.number
        self._held = [(time_us, number, tuple(fields)) for time_us, number, fields in state.held]
        self._room.used += sum(_weight(fields) for _, _, fields in self._held)

    def _ready(self, until_us: int) -> Iterator[Held]:
        while self._held and self._held[0][0] <= until_us:
            yield from self._popped()

    def _popped(self) -> tuple[Held]:
        record = heappop(self._held)
        self._room.used -= _weight(record[2])
        return (record,)

    def _pass_on(self, records: Iterator[Held] | tuple[Held]) -> None:
        for time_us, together in groupby(records, itemgetter(0)):
            self._passed = max(self._passed, time_us)
            self._advance_timers(time_us)
            self.emit([fields for _, _, fields in together])


def _weight(fields: tuple[Any, ...]) -> int:
    return ENTRY + weight(fields)
