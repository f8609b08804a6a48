"""Arrival time: what dates records that bring no time of their own, whatever is done to the device's clock meanwhile.

A wall clock is set, by an hour or by fifty years; holds, windows and timeouts must not take that for time that passed.
So arrival time is a line of its own, with these guarantees:
 1. It never goes back: what arrives later is dated no earlier, and is late for nothing that it was not late for.
 2. Within a boot it runs with the monotonic clock. A wall clock that is known and was set is caught up with at a tenth
    of the speed of time: a duration is at most a tenth wrong until both are one again.
 3. It jumps forward, and only forward, where catching up would be a lie: at the first record; when the time has become
    known that was not known before; with a new boot; and over more than a day. What an unknown clock says is believed
    at the first record and, for less than a day, at a new boot only.
A device that wakes in 1970 goes on where it stood when it was switched off, until it knows the time.
"""

from __future__ import annotations

import msgspec

from edge_orch.engine.encoding import msgpack_bytes
from edge_orch.time import DAY, Instant

FASTEST = 10
"""One in so many microseconds is gained or lost to come closer to the wall clock."""


class _State(msgspec.Struct, array_like=True):
    line_us: int | None = None
    mono_us: int = 0
    boot: str = ""
    trusted: bool = True


class Arrival:
    """The line of one pipeline."""

    def __init__(self) -> None:
        self._state = _State()

    def date(self, now: Instant) -> Instant:
        """The same instant, its `wall_us` on the line. Call it with instants in the order in which they came."""
        state = self._state
        line_us = now.wall_us if state.line_us is None else self._ahead(state, state.line_us, now)
        self._state = _State(line_us, now.mono_us, now.boot, now.trusted)
        return msgspec.structs.replace(now, wall_us=line_us)

    def snapshot(self) -> bytes:
        """Where the line is."""
        return msgpack_bytes(self._state)

    def restore(self, data: bytes) -> None:
        """Go on where `snapshot` was taken. Raises `msgspec.DecodeError` on any other bytes."""
        self._state = msgspec.msgpack.decode(data, type=_State)

    @staticmethod
    def _ahead(state: _State, line_us: int, now: Instant) -> int:
        same_boot = state.boot == now.boot
        elapsed_us = max(now.mono_us - state.mono_us, 0) if same_boot else 0
        steady_us = line_us + elapsed_us
        off_us = now.wall_us - steady_us
        if not now.trusted:
            return now.wall_us if not same_boot and 0 < off_us <= DAY else steady_us
        if off_us > DAY or (off_us > 0 and not (same_boot and state.trusted)):
            return now.wall_us
        most_us = elapsed_us // FASTEST
        return steady_us + max(-most_us, min(off_us, most_us))
