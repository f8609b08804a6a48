"""Remembers the last records of each key, and computes over them."""

from __future__ import annotations

from collections import deque
from collections.abc import Sequence
from typing import Any

import msgspec

from edge_orch.engine.encoding import msgpack_bytes
from edge_orch.engine.memory import Key, KeyedMemory, Values
from edge_orch.engine.room import ENTRY, VALUE, Room, weight
from edge_orch.engine.windows.cell import Layout

Record = tuple[int, Values]
"""Its event time, and what each lane takes of it; None: nothing."""


class Series:
    """Records of one key, as they came, and beside them what each lane holds of them."""

    def __init__(self, width: int) -> None:
        self.records: deque[Record] = deque()
        self.lanes: list[list[Any]] = [[] for _ in range(width)]

    def append(self, record: Record) -> None:
        """One more at the end."""
        self.records.append(record)
        for lane, value in zip(self.lanes, record[1], strict=True):
            if value is not None:
                lane.append(value)

    def drop(self) -> Record:
        """The first of them, which is there no more."""
        record = self.records.popleft()
        for lane, value in zip(self.lanes, record[1], strict=True):
            if value is not None:
                del lane[0]
        return record


class LastRecords(KeyedMemory[Series]):
    """The last `last` records of each key, as they came, of the last `within_us` of event time.

    Each column is computed from the values that its lane holds then: exactly, as sums of floats that were added to and
    taken from would not be. That is one pass over at most `last` values, and none for a count.
    """

    def __init__(self, last: int, within_us: int, layout: Layout, room: Room) -> None:
        super().__init__(within_us, room)
        self._last = last
        self._layout = layout

    def over(self, key: Key, time_us: int, taken: Values) -> Sequence[Any]:
        """The columns computed over the last records, this one included."""
        series = self._entries.get(key)
        if series is None:
            series = Series(len(taken))
            if not self._take(self._held(key, series), key):
                return self._alone(taken)
            self._entries[key] = series
        while not self._take(_weight(taken), key):
            if not series.records:
                self._forget(key)
                return self._alone(taken)
            self._room.count.evicted += 1
            self._room.give(_weight(series.drop()[1]))
        series.append((time_us, taken))
        oldest_us = time_us - self._within_us
        while len(series.records) > self._last or series.records[0][0] < oldest_us:
            self._room.give(_weight(series.drop()[1]))
        return self._columns(series)

    def _alone(self, taken: Values) -> Sequence[Any]:
        """The columns of a record for which there is no room, as of the first of its key."""
        self._room.count.evicted += 1
        series = Series(len(taken))
        series.append((0, taken))
        return self._columns(series)

    def _columns(self, series: Series) -> Sequence[Any]:
        return [whole(series.lanes[lane]) for whole, lane in self._layout.wholes]

    def snapshot(self) -> bytes:
        """All that is remembered."""
        return msgpack_bytes([(key, list(series.records)) for key, series in self._entries.items()])

    def restore(self, data: bytes) -> None:
        """Go on where `snapshot` was taken. Raises `msgspec.DecodeError`, and keeps its state, on any other bytes."""
        saved = msgspec.msgpack.decode(data, type=list[tuple[Key, list[Record]]])
        self._resume({key: _series(records) for key, records in saved})

    def _newest(self, entry: Series) -> int:
        return entry.records[-1][0]

    def _held(self, key: Key, entry: Series) -> int:
        records = sum(_weight(taken) for _, taken in entry.records)
        return ENTRY * (1 + len(entry.lanes)) + weight(key) + records


def _series(records: Sequence[Record]) -> Series:
    series = Series(len(records[0][1]))
    for time_us, taken in records:
        series.append((time_us, tuple(map(_pair, taken))))
    return series


def _weight(taken: Values) -> int:
    return 2 * VALUE + weight(taken)


def _pair(value: Any) -> Any:
    """Values of lanes in order are pairs, which msgpack has as lists."""
    return tuple(value) if isinstance(value, list) else value
