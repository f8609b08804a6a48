"""Remembers the last records of each key, and computes over them."""

from __future__ import annotations

from collections import deque
from collections.abc import Sequence
from typing import Any

import msgspec

from edge_orch.engine.memory import Key, KeyedMemory, Values
from edge_orch.engine.room import ENTRY, VALUE, Room, weight
from edge_orch.engine.windows.cell import Layout

Record = tuple[int, Values]
"""Its event time, and what each lane takes of it; None: nothing."""
Records = deque[Record]


class LastRecords(KeyedMemory[Records]):
    """The last `last` records of each key, as they came, of the last `within_us` of event time.

    What is computed is computed anew for each record: exactly, and in time that grows with `last`.
    """

    def __init__(self, last: int, within_us: int, layout: Layout, room: Room) -> None:
        super().__init__(within_us, room)
        self._last = last
        self._layout = layout

    def over(self, key: Key, time_us: int, taken: Values) -> Sequence[Any]:
        """The columns computed over the last records, this one included."""
        records = self._entries.get(key)
        if records is None:
            records = self._entries[key] = deque()
            self._take(ENTRY + weight(key), key)
        records.append((time_us, taken))
        self._take(_weight(taken), key)
        while len(records) > self._last or records[0][0] < time_us - self._within_us:
            self._room.give(_weight(records.popleft()[1]))
        columns = zip(*[each[1] for each in records], strict=True)
        lanes = [[value for value in column if value is not None] for column in columns]
        return [whole(lanes[lane]) for whole, lane in self._layout.wholes]

    def snapshot(self) -> bytes:
        """All that is remembered."""
        return msgspec.msgpack.encode([(key, list(records)) for key, records in self._entries.items()])

    def restore(self, data: bytes) -> None:
        """Go on where `snapshot` was taken. Raises `msgspec.DecodeError`, and keeps its state, on any other bytes."""
        saved = msgspec.msgpack.decode(data, type=list[tuple[Key, list[Record]]])
        self._resume(
            {key: deque([(time_us, tuple(map(_pair, taken))) for time_us, taken in records]) for key, records in saved}
        )

    def _newest(self, entry: Records) -> int:
        return entry[-1][0]

    def _held(self, key: Key, entry: Records) -> int:
        return ENTRY + weight(key) + sum(_weight(taken) for _, taken in entry)


def _weight(taken: Values) -> int:
    return 2 * VALUE + weight(taken)


def _pair(value: Any) -> Any:
    """Values of lanes in order are pairs, which msgpack has as lists."""
    return tuple(value) if isinstance(value, list) else value
