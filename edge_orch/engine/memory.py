"""What a step remembers of each key, for a stretch of event time and within its room."""

from __future__ import annotations

from abc import ABC, abstractmethod
from heapq import nsmallest
from typing import Any, Generic, TypeVar

from edge_orch.engine.room import Room

Key = tuple[bool | int | float | str | None, ...]
Values = tuple[Any, ...]
Entry = TypeVar("Entry")


class KeyedMemory(ABC, Generic[Entry]):
    """An entry of each key, until all it holds is older than `within_us`.

    When there is no room, the eighth of the other keys that had nothing new for longest is forgotten, eighth by eighth
    until there is; then what the key itself has, the oldest first. What has no room alone is not remembered.
    """

    def __init__(self, within_us: int, room: Room) -> None:
        self._within_us = within_us
        self._room = room
        self._entries: dict[Key, Entry] = {}

    def __len__(self) -> int:
        return len(self._entries)

    def advance(self, watermark_us: int) -> None:
        """Forget what no record from `watermark_us` on can see."""
        oldest_us = watermark_us - self._within_us
        for key in [key for key, entry in self._entries.items() if self._newest(entry) < oldest_us]:
            self._forget(key)

    @abstractmethod
    def _newest(self, entry: Entry) -> int:
        """The event time of the latest that the entry holds, in microseconds."""

    @abstractmethod
    def _held(self, key: Key, entry: Entry) -> int:
        """What the key and its entry have taken of the room, in bytes."""

    def _take(self, size: int, key: Key) -> bool:
        """Take so much of the room for `key`, at the cost of others if need be; False if that is not enough."""
        while not self._room.take(size):
            others = [other for other in self._entries if other != key] if size <= self._room.limit else []
            if not others:
                return False
            oldest = nsmallest(len(others) // 8 + 1, others, key=lambda other: self._newest(self._entries[other]))
            for other in oldest:
                self._forget(other)
            self._room.count.evicted += len(oldest)
        return True

    def _forget(self, key: Key) -> None:
        self._room.give(self._held(key, self._entries.pop(key)))

    def _resume(self, entries: dict[Key, Entry]) -> None:
        """Hold these entries, and nothing else."""
        self._entries = entries
        self._room.used = sum(self._held(key, entry) for key, entry in entries.items())
