"""Remembers the latest values of the fields of each key, by event time."""

from __future__ import annotations

from bisect import bisect_right, insort_right
from heapq import nsmallest
from operator import itemgetter
from typing import Any

import msgspec

from edge_orch.engine.lag import Key, Values
from edge_orch.engine.room import ENTRY, VALUE, Room, weight

KEPT = 8
"""So many of the latest values of a field are kept: for records that come behind them."""

History = list[tuple[int, Any]]  # of one field, by event time; of one moment as they came


class LatestValues:
    """The latest values, other than NULL, of some fields of each key, for `within_us` of event time.

    A record sees values that are not later than it: of the last `KEPT` that came, the latest. When there is no room,
    the eighth of keys that had no value for longest is forgotten.
    """

    def __init__(self, within_us: int, width: int, room: Room) -> None:
        self._within_us = within_us
        self._room = room
        self._none: Values = (None,) * width
        self._histories: dict[Key, tuple[History, ...]] = {}

    def __len__(self) -> int:
        return len(self._histories)

    def at(self, key: Key, time_us: int, values: Values) -> Values:
        """The latest values at this record, whose own are remembered."""
        histories = self._histories.get(key)
        if histories is None:
            if values == self._none:
                return values
            histories = tuple([[] for _ in values])
            self._make_room(_weight(key, histories), key)
            self._histories[key] = histories
        for history, value in zip(histories, values, strict=True):
            if value is not None:
                self._remember(key, history, time_us, value)
        return tuple([self._seen(history, time_us) for history in histories])

    def advance(self, watermark_us: int) -> None:
        """Forget what no record from `watermark_us` on can see."""
        oldest_us = watermark_us - self._within_us
        for key in [key for key, histories in self._histories.items() if _newest(histories) < oldest_us]:
            self._forget(key)

    def snapshot(self) -> bytes:
        """All that is remembered."""
        return msgspec.msgpack.encode(list(self._histories.items()))

    def restore(self, data: bytes) -> None:
        """Go on where `snapshot` was taken. Raises `msgspec.DecodeError`, and keeps its state, on any other bytes."""
        self._histories = dict(msgspec.msgpack.decode(data, type=list[tuple[Key, tuple[History, ...]]]))
        self._room.used = sum(_weight(key, histories) for key, histories in self._histories.items())

    def _remember(self, key: Key, history: History, time_us: int, value: Any) -> None:
        self._make_room(VALUE + weight(value), key)
        insort_right(history, (time_us, value), key=itemgetter(0))
        if len(history) > KEPT:
            self._room.give(VALUE + weight(history.pop(0)[1]))

    def _seen(self, history: History, time_us: int) -> Any:
        place = bisect_right(history, time_us, key=itemgetter(0))
        if not place or time_us - history[place - 1][0] > self._within_us:
            return None
        return history[place - 1][1]

    def _make_room(self, size: int, key: Key) -> None:
        if self._room.take(size):
            return
        others = [other for other in self._histories if other != key]
        longest = nsmallest(len(others) // 8 + 1, others, key=self._newest_of)
        for old in longest:
            self._forget(old)
        self._room.count.evicted += len(longest)
        self._room.used += size

    def _newest_of(self, key: Key) -> int:
        return _newest(self._histories[key])

    def _forget(self, key: Key) -> None:
        self._room.give(_weight(key, self._histories.pop(key)))


def _newest(histories: tuple[History, ...]) -> int:
    return max(history[-1][0] for history in histories if history)


def _weight(key: Key, histories: tuple[History, ...]) -> int:
    values = sum(VALUE + weight(value) for history in histories for _, value in history)
    return ENTRY * (1 + len(histories)) + weight(key) + values
