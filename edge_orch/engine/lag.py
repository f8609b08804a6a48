"""Remembers what the record before was, of each key, by event time."""

from __future__ import annotations

import msgspec

from edge_orch.engine.encoding import msgpack_bytes
from edge_orch.engine.memory import Key, KeyedMemory, Values
from edge_orch.engine.room import ENTRY, Room, weight

Previous = tuple[int, Values]
"""The event time of a record, and what is remembered of it."""


class PreviousRecords(KeyedMemory[Previous]):
    """Some values of the latest record of each key, for `within_us` of event time.

    The record before another is the latest that came, of those not older than `within_us`. A record that comes behind
    the latest of its key has none before it and is not remembered: what is told of the record before is never of a
    later time.
    """

    def __init__(self, within_us: int, width: int, room: Room) -> None:
        super().__init__(within_us, room)
        self._none: Values = (None,) * width

    def before(self, key: Key, time_us: int, values: Values) -> Values:
        """The values of the record before this one, which is remembered in its place; all NULL if there is none."""
        previous = self._entries.get(key)
        if previous is None:
            self._remember(key, time_us, values)
            return self._none
        if time_us < previous[0]:
            return self._none
        self._forget(key)
        self._remember(key, time_us, values)
        return previous[1] if time_us - previous[0] <= self._within_us else self._none

    def snapshot(self) -> bytes:
        """All that is remembered."""
        return msgpack_bytes(list(self._entries.items()))

    def restore(self, data: bytes) -> None:
        """Go on where `snapshot` was taken. Raises `msgspec.DecodeError`, and keeps its state, on any other bytes."""
        self._resume(dict(msgspec.msgpack.decode(data, type=list[tuple[Key, Previous]])))

    def _remember(self, key: Key, time_us: int, values: Values) -> None:
        previous = (time_us, values)
        if self._take(self._held(key, previous), key):
            self._entries[key] = previous
        else:
            self._room.count.evicted += 1

    def _newest(self, entry: Previous) -> int:
        return entry[0]

    def _held(self, key: Key, entry: Previous) -> int:
        return ENTRY + weight(key) + weight(entry[1])
