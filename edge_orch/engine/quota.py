"""Counts records by key and window of event time, up to a threshold."""

from __future__ import annotations

import msgspec

from edge_orch.engine.encoding import msgpack_bytes
from edge_orch.engine.memory import Key
from edge_orch.engine.room import ENTRY, Room, weight

_Snapshot = list[tuple[int, list[tuple[Key, int]]]]


class Quota:
    """How many records of each key passed in each window.

    Windows are remembered until the watermark is one more window past their end. A record that comes later than that
    opens its window anew. When there is no room, an eighth is forgotten, the oldest windows first: those keys have
    their whole quota again.
    """

    def __init__(self, threshold: int, window_us: int, room: Room) -> None:
        self._room = room
        self._threshold = threshold
        self._window_us = window_us
        self._windows: dict[int, dict[Key, int]] = {}

    def __len__(self) -> int:
        return sum(map(len, self._windows.values()))

    def take(self, key: Key, time_us: int) -> bool:
        """Whether the key's quota in the window of `time_us` is not used up yet; if so, one less is left."""
        start = time_us - time_us % self._window_us
        counts = self._windows.get(start)
        if counts is None:
            counts = self._windows[start] = {}
        count = counts.get(key, 0)
        if count >= self._threshold:
            return False
        if not count and not self._room.take(ENTRY + weight(key)):
            self._evict()
            self._room.used += ENTRY + weight(key)
            counts = self._windows.setdefault(start, counts)
        counts[key] = count + 1
        return True

    def advance(self, watermark_us: int) -> None:
        """Forget the windows that lie far enough back."""
        for start in [start for start in self._windows if start + 2 * self._window_us <= watermark_us]:
            self._room.give(sum(ENTRY + weight(key) for key in self._windows.pop(start)))

    def _evict(self) -> None:
        left = len(self) // 8 + 1
        for start in sorted(self._windows):
            counts = self._windows[start]
            for key in list(counts)[:left]:
                del counts[key]
                self._room.give(ENTRY + weight(key))
                self._room.count.evicted += 1
                left -= 1
            if not counts:
                del self._windows[start]
            if not left:
                return

    def snapshot(self) -> bytes:
        """All that is remembered."""
        return msgpack_bytes([(start, list(counts.items())) for start, counts in self._windows.items()])

    def restore(self, data: bytes) -> None:
        """Go on where `snapshot` was taken. Raises `msgspec.DecodeError`, and keeps its state, on any other bytes."""
        self._windows = {start: dict(counts) for start, counts in msgspec.msgpack.decode(data, type=_Snapshot)}
        self._room.used = sum(ENTRY + weight(key) for counts in self._windows.values() for key in counts)
