"""Remembers what the latest record of each key was, by event time."""

from __future__ import annotations

from heapq import nsmallest
from typing import Any

import msgspec

from edge_orch.engine.room import ENTRY, Room, weight

Key = tuple[bool | int | float | str | None, ...]
Values = tuple[Any, ...]


class Latest:
    """Some values of the latest record of each key, for `within_us` of event time.

    The record before another is the latest that came, of those not older than `within_us`. A record that comes behind
    the latest of its key has none before it and is not remembered: what is told of the record before is never of a
    later time. When there is no room, the oldest eighth is forgotten.
    """

    def __init__(self, within_us: int, width: int, room: Room) -> None:
        self._within_us = within_us
        self._room = room
        self._none: Values = (None,) * width
        self._latest: dict[Key, tuple[int, Values]] = {}

    def __len__(self) -> int:
        return len(self._latest)

    def before(self, key: Key, time_us: int, values: Values) -> Values:
        """The values of the record before this one, which is remembered in its place; all NULL if there is none."""
        latest = self._latest.get(key)
        if latest is None:
            self._remember(key, time_us, values)
            return self._none
        if time_us < latest[0]:
            return self._none
        self._forget(key)
        self._remember(key, time_us, values)
        return latest[1] if time_us - latest[0] <= self._within_us else self._none

    def advance(self, watermark_us: int) -> None:
        """Forget what no record from `watermark_us` on has before it."""
        oldest_us = watermark_us - self._within_us
        for key in [key for key, (time_us, _) in self._latest.items() if time_us < oldest_us]:
            self._forget(key)

    def snapshot(self) -> bytes:
        """All that is remembered."""
        return msgspec.msgpack.encode(list(self._latest.items()))

    def restore(self, data: bytes) -> None:
        """Go on where `snapshot` was taken. Raises `msgspec.DecodeError`, and keeps its state, on any other bytes."""
        self._latest = dict(msgspec.msgpack.decode(data, type=list[tuple[Key, tuple[int, Values]]]))
        self._room.used = sum(_weight(key, values) for key, (_, values) in self._latest.items())

    def _remember(self, key: Key, time_us: int, values: Values) -> None:
        size = _weight(key, values)
        if not self._room.take(size):
            oldest = nsmallest(len(self._latest) // 8 + 1, self._latest.items(), key=lambda item: item[1][0])
            for old, _ in oldest:
                self._forget(old)
            self._room.count.evicted += len(oldest)
            self._room.used += size
        self._latest[key] = (time_us, values)

    def _forget(self, key: Key) -> None:
        _, values = self._latest.pop(key)
        self._room.give(_weight(key, values))


def _weight(key: Key, values: Values) -> int:
    return ENTRY + weight(key) + weight(values)
