"""Remembers the latest values of the fields of each key, by event time."""

from __future__ import annotations

from bisect import bisect_right, insort_right
from operator import itemgetter
from typing import Any

import msgspec

from edge_orch.engine.encoding import msgpack_bytes
from edge_orch.engine.memory import Key, KeyedMemory, Values
from edge_orch.engine.room import ENTRY, VALUE, Room, weight

KEPT = 8
"""So many of the latest values of a field are kept: for records that come behind them."""

History = list[tuple[int, Any]]
"""Values of one field by event time; those of one moment as they came."""
Histories = tuple[History, ...]


class LatestValues(KeyedMemory[Histories]):
    """The latest values, other than NULL, of some fields of each key, for `within_us` of event time.

    A record sees values that are not later than it: of the last `KEPT` that came, the latest.
    """

    def __init__(self, within_us: int, width: int, room: Room) -> None:
        super().__init__(within_us, room)
        self._none: Values = (None,) * width

    def at(self, key: Key, time_us: int, values: Values) -> Values:
        """The latest values at this record, whose own are remembered."""
        histories = self._entries.get(key)
        if histories is None:
            if values == self._none:
                return values
            histories = tuple([[] for _ in values])
            if not self._take(self._held(key, histories), key):
                self._room.count.evicted += 1
                return values
            self._entries[key] = histories
        told = tuple(
            [self._seen(own, time_us) if value is None else value for own, value in zip(histories, values, strict=True)]
        )
        for place, value in enumerate(values):
            if value is not None:
                self._remember(key, histories, place, time_us, value)
        if not any(histories):
            self._forget(key)
        return told

    def snapshot(self) -> bytes:
        """All that is remembered."""
        return msgpack_bytes(list(self._entries.items()))

    def restore(self, data: bytes) -> None:
        """Go on where `snapshot` was taken. Raises `msgspec.DecodeError`, and keeps its state, on any other bytes."""
        self._resume(dict(msgspec.msgpack.decode(data, type=list[tuple[Key, Histories]])))

    def _remember(self, key: Key, histories: Histories, place: int, time_us: int, value: Any) -> None:
        while not self._take(VALUE + weight(value), key):
            self._room.count.evicted += 1
            held = [history for history in histories if history]
            if not held:
                return
            oldest = min(held, key=lambda history: history[0][0])
            self._room.give(VALUE + weight(oldest.pop(0)[1]))
        history = histories[place]
        insort_right(history, (time_us, value), key=itemgetter(0))
        if len(history) > KEPT:
            self._room.give(VALUE + weight(history.pop(0)[1]))

    def _seen(self, history: History, time_us: int) -> Any:
        place = bisect_right(history, time_us, key=itemgetter(0))
        if not place or time_us - history[place - 1][0] > self._within_us:
            return None
        return history[place - 1][1]

    def _newest(self, entry: Histories) -> int:
        return max(history[-1][0] for history in entry if history)

    def _held(self, key: Key, entry: Histories) -> int:
        values = sum(VALUE + weight(value) for history in entry for _, value in history)
        return ENTRY * (1 + len(entry)) + weight(key) + values
