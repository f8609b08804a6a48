"""Remembers the last records of each key, and computes over them."""

from __future__ import annotations

from collections import deque
from collections.abc import Sequence
from heapq import nsmallest
from typing import Any

import msgspec

from edge_orch.engine.lag import Key, Values
from edge_orch.engine.room import ENTRY, VALUE, Room, weight
from edge_orch.engine.windows.cell import Layout

Record = tuple[int, Values]
"""Its event time, and what each lane takes of it; None: nothing."""


class LastRecords:
    """The last `last` records of each key, as they came, of the last `within_us` of event time.

    What is computed is computed anew for each record: exactly, and in time that grows with `last`. When there is no
    room, the eighth of keys that had no record for longest is forgotten.
    """

    def __init__(self, last: int, within_us: int, layout: Layout, room: Room) -> None:
        self._last = last
        self._within_us = within_us
        self._layout = layout
        self._room = room
        self._records: dict[Key, deque[Record]] = {}

    def __len__(self) -> int:
        return len(self._records)

    def over(self, key: Key, time_us: int, taken: Values) -> Sequence[Any]:
        """The columns computed over the last records, this one included."""
        records = self._records.get(key)
        if records is None:
            records = self._records[key] = deque()
            self._make_room(ENTRY + weight(key), key)
        records.append((time_us, taken))
        self._make_room(_weight(taken), key)
        while len(records) > self._last or records[0][0] < time_us - self._within_us:
            self._room.give(_weight(records.popleft()[1]))
        columns = zip(*[each[1] for each in records], strict=True)
        lanes = [[value for value in column if value is not None] for column in columns]
        return [whole(lanes[lane]) for whole, lane in self._layout.wholes]

    def advance(self, watermark_us: int) -> None:
        """Forget keys whose records no record from `watermark_us` on has among its last."""
        oldest_us = watermark_us - self._within_us
        for key in [key for key in self._records if self._newest(key) < oldest_us]:
            self._forget(key)

    def snapshot(self) -> bytes:
        """All that is remembered."""
        return msgspec.msgpack.encode([(key, list(records)) for key, records in self._records.items()])

    def restore(self, data: bytes) -> None:
        """Go on where `snapshot` was taken. Raises `msgspec.DecodeError`, and keeps its state, on any other bytes."""
        saved = msgspec.msgpack.decode(data, type=list[tuple[Key, list[Record]]])
        self._records = {
            key: deque([(time_us, tuple(map(_pair, taken))) for time_us, taken in records]) for key, records in saved
        }
        self._room.used = sum(map(self._held, self._records))

    def _make_room(self, size: int, key: Key) -> None:
        if self._room.take(size):
            return
        others = [other for other in self._records if other != key]
        longest = nsmallest(len(others) // 8 + 1, others, key=self._newest)
        for old in longest:
            self._forget(old)
        self._room.count.evicted += len(longest)
        self._room.used += size

    def _newest(self, key: Key) -> int:
        return self._records[key][-1][0]

    def _held(self, key: Key) -> int:
        return ENTRY + weight(key) + sum(_weight(taken) for _, taken in self._records[key])

    def _forget(self, key: Key) -> None:
        self._room.give(self._held(key))
        del self._records[key]


def _weight(taken: Values) -> int:
    return 2 * VALUE + weight(taken)


def _pair(value: Any) -> Any:
    """Values of lanes in order are pairs, which msgpack has as lists."""
    return tuple(value) if isinstance(value, list) else value
