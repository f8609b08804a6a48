"""Remembers what the record before was, or the one so many before, of each key, by event time."""

from __future__ import annotations

import msgspec

from edge_orch.engine.encoding import msgpack_bytes
from edge_orch.engine.memory import Key, KeyedMemory, Values
from edge_orch.engine.room import ENTRY, VALUE, Room, weight

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


class EarlierRecords(KeyedMemory[tuple[Previous, ...]]):
    """Some values of the latest `offset` records of each key, the earliest first, for `within_us` of event time.

    As `PreviousRecords`, but told is the record `offset` before; NULL until so many have come.
    """

    def __init__(self, within_us: int, width: int, offset: int, room: Room) -> None:
        super().__init__(within_us, room)
        self._offset = offset
        self._none: Values = (None,) * width

    def before(self, key: Key, time_us: int, values: Values) -> Values:
        """The values of the record so many before this one, which is remembered; all NULL if there is none."""
        earlier = self._entries.get(key, ())
        if earlier and time_us < earlier[-1][0]:
            return self._none
        if earlier:
            self._forget(key)
        self._remember(key, (*earlier, (time_us, values))[-self._offset :])
        if len(earlier) < self._offset or time_us - earlier[0][0] > self._within_us:
            return self._none
        return earlier[0][1]

    def snapshot(self) -> bytes:
        """All that is remembered."""
        return msgpack_bytes(list(self._entries.items()))

    def restore(self, data: bytes) -> None:
        """Go on where `snapshot` was taken. Raises `msgspec.DecodeError`, and keeps its state, on any other bytes."""
        self._resume(dict(msgspec.msgpack.decode(data, type=list[tuple[Key, tuple[Previous, ...]]])))

    def _remember(self, key: Key, records: tuple[Previous, ...]) -> None:
        if self._take(self._held(key, records), key):
            self._entries[key] = records
        else:
            self._room.count.evicted += 1

    def _newest(self, entry: tuple[Previous, ...]) -> int:
        return entry[-1][0]

    def _held(self, key: Key, entry: tuple[Previous, ...]) -> int:
        return ENTRY + weight(key) + sum(weight(values) + VALUE for _, values in entry)
