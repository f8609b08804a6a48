"""Remembers which keys were seen lately, by event time."""

from __future__ import annotations

from heapq import nsmallest
from operator import itemgetter

import msgspec

from edge_orch.engine.encoding import msgpack_bytes
from edge_orch.engine.memory import Key
from edge_orch.engine.room import ENTRY, Room, weight


class _Snapshot(msgspec.Struct, array_like=True):
    cleared: int
    seen: list[tuple[Key, int]]


class Seen:
    """The keys of the last `within_us` of event time.

    A record is the first of its key unless another that passed lies within `within_us` of it, before or after.
    Memory holds the keys of at most 9/8 of `within_us` before the watermark. A record older than that has nothing
    left to be compared with and counts as a first. When there is no room, the oldest eighth is forgotten.
    """

    def __init__(self, within_us: int, room: Room) -> None:
        self._within_us = within_us
        self._room = room
        # Keys are forgotten by the slot of time they lie in: looking at each of them would cost more than the rest.
        self._slot_us = max(1, within_us // 8)
        self._seen: dict[Key, int] = {}
        self._slots: dict[int, list[Key]] = {}
        self._cleared = -(1 << 62)

    def __len__(self) -> int:
        return len(self._seen)

    def first(self, key: Key, time_us: int) -> bool:
        """Whether to pass a record of this key; if so, it is remembered."""
        before = self._seen.get(key)
        if before is not None and abs(time_us - before) <= self._within_us:
            return False
        if before is None or time_us > before:
            if before is None and not self._room.take(ENTRY + weight(key)):
                self._evict()
                self._room.used += ENTRY + weight(key)
            self._remember(key, time_us)
        return True

    def advance(self, watermark_us: int) -> None:
        """Forget what no record from `watermark_us` on can repeat."""
        cleared = (watermark_us - self._within_us) // self._slot_us
        if cleared <= self._cleared:
            return
        self._cleared = cleared
        for slot in [slot for slot in self._slots if slot < cleared]:
            for key in self._slots.pop(slot):
                time_us = self._seen.get(key)
                # A key that came again since then lies in a later slot, too.
                if time_us is not None and time_us // self._slot_us == slot:
                    self._forget(key)

    def snapshot(self) -> bytes:
        """All that is remembered."""
        return msgpack_bytes(_Snapshot(self._cleared, list(self._seen.items())))

    def restore(self, data: bytes) -> None:
        """Go on where `snapshot` was taken. Raises `msgspec.DecodeError`, and keeps its state, on any other bytes."""
        snapshot = msgspec.msgpack.decode(data, type=_Snapshot)
        self._cleared, self._seen, self._slots = snapshot.cleared, {}, {}
        self._room.used = 0
        for key, time_us in snapshot.seen:
            self._room.used += ENTRY + weight(key)
            self._remember(key, time_us)

    def _forget(self, key: Key) -> None:
        del self._seen[key]
        self._room.give(ENTRY + weight(key))

    def _evict(self) -> None:
        oldest = nsmallest(len(self._seen) // 8 + 1, self._seen.items(), key=itemgetter(1))
        for key, _ in oldest:
            self._forget(key)
        self._room.count.evicted += len(oldest)

    def _remember(self, key: Key, time_us: int) -> None:
        self._seen[key] = time_us
        slot = time_us // self._slot_us
        keys = self._slots.get(slot)
        if keys is None:
            keys = self._slots[slot] = []
        keys.append(key)
