"""Event time: how far each partition has come, and what is due.

The watermark says that no record with an earlier event time is to be expected. It is the smallest of the newest event
times of the partitions that are not idle, and never goes back. A partition is idle when nothing readable came from it
for `idle_us` of the monotonic clock: it is forgotten until its next record, so that a silent sensor never holds a
window open. When all are idle, event time flows on with the monotonic clock, but only as far as something is due:
records that come after a long silence are late for what was closed, and for nothing else.

What is due happens before the record that makes it due is looked at. Hence how records were batched changes nothing.

A record dated too far ahead of its arrival must not be told to a clock: it would make all that follow late. `begin` is
told the latest date to believe (`believed`), and `limit` is never beyond it: who calls `tick` asks there.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

import msgspec

from edge_orch.engine.encoding import msgpack_bytes
from edge_orch.time import Instant

NEVER = 1 << 62
BEFORE = -NEVER


class Timer(Protocol):
    """A step whose state event time changes."""

    def due(self) -> int:
        """The next watermark at which something happens here, or NEVER; after `advance(w)` it is beyond `w`."""
        ...

    def sweep(self) -> int:
        """A watermark at which old state may be forgotten, or NEVER; nothing that can be seen happens then."""
        ...

    def advance(self, watermark_us: int) -> None:
        """Let all happen that is due up to the watermark."""
        ...

    def finish(self) -> None:
        """The input has ended: give out what is still open."""
        ...


class _State(msgspec.Struct, array_like=True):
    watermark_us: int
    newest_us: int
    arrived_us: int
    boot: str
    partitions: dict[str, tuple[int, int]]


def believed(now: Instant, max_ahead_us: int | None) -> int:
    """The latest event time to believe of what arrives now; any, when this machine does not know the time itself."""
    return NEVER if max_ahead_us is None or not now.trusted else now.wall_us + max_ahead_us


class Clock:
    """The watermark of the records of one schematize step, for steps of one pace.

    `from_start`: as long as no record has come, event time is what the wall clock says, so that records can be missed
    that never came.
    """

    def __init__(self, idle_us: int, *, from_start: bool = False) -> None:
        self.idle_us = idle_us
        self._from_start = from_start
        self._timers: Sequence[Timer] = ()
        self._state = _State(BEFORE, BEFORE, BEFORE, "", {})
        self._others_us = NEVER
        self._believed_us = NEVER

    def watch(self, timers: Sequence[Timer]) -> None:
        """The steps that this clock moves, parents before children."""
        self._timers = timers

    def begin(self, partition: str, now: Instant, believed_us: int = NEVER) -> tuple[int, int]:
        """Before a batch: the partition's newest event time, and the event time at which to call `tick`.

        A later time than `believed_us` is refused by the caller: it, too, is at or beyond the limit.
        """
        self.advance(now)
        self._believed_us = believed_us
        tops = self._state.partitions
        self._others_us = min((top for name, (top, _) in tops.items() if name != partition), default=NEVER)
        return tops[partition][0] if partition in tops else BEFORE, self.limit()

    def at(self, top_us: int) -> int:
        """The watermark while the batch's partition has come to `top_us`."""
        return max(self._state.watermark_us, min(top_us, self._others_us))

    def limit(self) -> int:
        """The event time at which the batch's partition makes something due; NEVER if other partitions hold back."""
        timers = self._timers
        limit = min([timer.due() for timer in timers] + [timer.sweep() for timer in timers], default=NEVER)
        return min(limit if limit <= self._others_us else NEVER, self._believed_us + 1)

    def tick(self, top_us: int) -> int:
        """The batch's partition has come to `top_us`: let all that is due happen. Returns the new limit."""
        self._advance_timers(self.at(top_us))
        return self.limit()

    def end(self, partition: str, top_us: int, records: int, now: Instant) -> None:
        """After a batch in which `records` had an event time."""
        if records and top_us > BEFORE:
            state = self._state
            state.boot = now.boot
            state.watermark_us = self.at(top_us)
            state.partitions[partition] = (top_us, now.mono_us)
            state.newest_us = max(state.newest_us, top_us)
            state.arrived_us = max(state.arrived_us, now.mono_us)

    def advance(self, now: Instant) -> None:
        """Time has passed: forget idle partitions, and let all happen that they held back."""
        state = self._state
        if state.newest_us == BEFORE:
            if not self._from_start:
                return
            state.newest_us, state.arrived_us, state.boot = now.wall_us, now.mono_us, now.boot
            self._advance_timers(now.wall_us)
        if state.boot != now.boot:  # monotonic times of another boot mean nothing
            self.resume(now)
        idle_since = now.mono_us - self.idle_us
        silent = [name for name, (_, arrived) in state.partitions.items() if arrived <= idle_since]
        for name in silent:
            del state.partitions[name]
        if state.partitions:
            reach = min(top for top, _ in state.partitions.values())
            if reach > state.watermark_us:
                state.watermark_us = reach
                if self._due() <= reach:
                    self._advance_timers(reach)
            return
        state.watermark_us = max(state.watermark_us, state.newest_us)
        reach = state.newest_us + now.mono_us - state.arrived_us
        while (due := self._due()) <= reach:
            self._advance_timers(max(due, state.watermark_us))

    def resume(self, now: Instant) -> None:
        """Silence is counted from now on: until now nobody has listened."""
        state = self._state
        state.boot, state.arrived_us = now.boot, now.mono_us
        state.partitions = {name: (top, now.mono_us) for name, (top, _) in state.partitions.items()}

    def wake_at(self) -> int | None:
        """The monotonic microsecond at which `advance` will find something due without new records, or None."""
        state = self._state
        due = self._due()
        if due == NEVER or state.newest_us == BEFORE:
            return None
        holding = [arrived for top, arrived in state.partitions.values() if top < due]
        released = max(holding) + self.idle_us if holding else state.arrived_us
        return released if state.newest_us >= due else max(released, state.arrived_us + due - state.newest_us)

    def finish(self) -> None:
        """The input has ended."""
        for timer in self._timers:
            timer.finish()

    def snapshot(self) -> bytes:
        """All that the clock remembers."""
        return msgpack_bytes(self._state)

    def restore(self, data: bytes) -> None:
        """Go on where `snapshot` was taken. Raises `msgspec.DecodeError` on any other bytes."""
        self._state = msgspec.msgpack.decode(data, type=_State)

    def _due(self) -> int:
        return min((timer.due() for timer in self._timers), default=NEVER)

    def _advance_timers(self, watermark_us: int) -> None:
        self._state.watermark_us = watermark_us
        for timer in self._timers:
            timer.advance(watermark_us)
