"""Remembers the last records of each key, and computes over them."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Sequence
from typing import Any

import msgspec

from edge_orch.engine.accumulators.rolling import Rolling
from edge_orch.engine.encoding import msgpack_bytes
from edge_orch.engine.memory import Key, KeyedMemory, Values
from edge_orch.engine.room import ENTRY, VALUE, Room, weight

Record = tuple[int, Values]
"""Its event time, and what each lane takes of it; None: nothing."""


class Column(msgspec.Struct, frozen=True):
    """What is computed of a lane: at once from `whole`, or by what `rolling` makes, as its values come and go."""

    lane: int
    whole: Callable[[list[Any]], Any]
    rolling: Callable[[], Rolling] | None = None


class Series:
    """Records of one key, as they came, and beside them what each lane holds of them, and what rolls with it."""

    def __init__(self, width: int, columns: Sequence[Column]) -> None:
        self.records: deque[Record] = deque()
        self.lanes: list[list[Any]] = [[] for _ in range(width)]
        self._rolling: list[list[Rolling]] = [[] for _ in range(width)]
        self._columns: list[tuple[Callable[[list[Any]], Any], list[Any]]] = []
        for column in columns:
            compute = column.whole
            if column.rolling is not None:
                each = column.rolling()
                self._rolling[column.lane].append(each)
                compute = each.value
            self._columns.append((compute, self.lanes[column.lane]))

    def append(self, record: Record) -> None:
        """One more at the end."""
        self.records.append(record)
        for lane, value, rolling in zip(self.lanes, record[1], self._rolling, strict=True):
            if value is not None:
                lane.append(value)
                for each in rolling:
                    each.push(value)

    def drop(self) -> Record:
        """The first of them, which is there no more."""
        record = self.records.popleft()
        for lane, value, rolling in zip(self.lanes, record[1], self._rolling, strict=True):
            if value is not None:
                del lane[0]
                for each in rolling:
                    each.drop(value)
        return record

    def columns(self) -> list[Any]:
        """What is computed of those that are there."""
        return [compute(values) for compute, values in self._columns]


class LastRecords(KeyedMemory[Series]):
    """The last `last` records of each key, as they came, of the last `within_us` of event time.

    Each column is what one pass over the values that its lane holds gives, to the last bit: those that do not need the
    pass to be so are kept up as values come and go. `width`: how many lanes there are.
    """

    def __init__(self, last: int, within_us: int, width: int, columns: Sequence[Column], room: Room) -> None:
        super().__init__(within_us, room)
        self._last = last
        self._width = width
        self._columns = columns

    def over(self, key: Key, time_us: int, taken: Values) -> Sequence[Any]:
        """The columns computed over the last records, this one included."""
        series = self._entries.get(key)
        if series is None:
            series = self._series()
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
        return series.columns()

    def _alone(self, taken: Values) -> Sequence[Any]:
        """The columns of a record for which there is no room, as of the first of its key."""
        self._room.count.evicted += 1
        series = self._series()
        series.append((0, taken))
        return series.columns()

    def _series(self) -> Series:
        return Series(self._width, self._columns)

    def snapshot(self) -> bytes:
        """All that is remembered."""
        return msgpack_bytes([(key, list(series.records)) for key, series in self._entries.items()])

    def restore(self, data: bytes) -> None:
        """Go on where `snapshot` was taken. Raises `msgspec.DecodeError`, and keeps its state, on any other bytes."""
        saved = msgspec.msgpack.decode(data, type=list[tuple[Key, list[Record]]])
        self._resume({key: self._restored(records) for key, records in saved})

    def _restored(self, records: Sequence[Record]) -> Series:
        series = self._series()
        for time_us, taken in records:
            series.append((time_us, tuple(map(_pair, taken))))
        return series

    def _newest(self, entry: Series) -> int:
        return entry.records[-1][0]

    def _held(self, key: Key, entry: Series) -> int:
        records = sum(_weight(taken) for _, taken in entry.records)
        return ENTRY * (1 + self._width + len(self._columns)) + weight(key) + records


def _weight(taken: Values) -> int:
    return 2 * VALUE + weight(taken)


def _pair(value: Any) -> Any:
    """Values of lanes in order are pairs, which msgpack has as lists."""
    return tuple(value) if isinstance(value, list) else value
