"""Aggregates of all records of each key so far, and values that are made of what they were before."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import islice
from typing import Any

import msgspec

from edge_orch.engine.accumulators.accumulator import Accumulator, Growing, Value
from edge_orch.engine.encoding import msgpack_bytes
from edge_orch.engine.memory import Key, Values
from edge_orch.engine.room import ENTRY, Room, weight
from edge_orch.engine.windows.cell import Layout

Lanes = list[tuple[Accumulator, ...]]
"""The accumulators of one key: those of each lane."""


class _Saved(msgspec.Struct, array_like=True):
    key: Key
    lanes: list[list[Any]]
    carried: Values = ()


LONGEST_TEXT = 1000
"""Letters of a text that a value may become: a longer one leaves it what it was, so that no text grows for ever."""


class Totals:
    """One accumulator for each aggregate and key, and its carried values; a record costs the same, however many came.

    `has_gaps`: a key that is not known begins only with a record that says so. Keys are never too old; when there is no
    room, the eighth of them that had no record for longest is forgotten, and begins anew.
    """

    def __init__(self, layout: Layout, room: Room, *, has_gaps: bool) -> None:
        self._layout = layout
        self._room = room
        self._has_gaps = has_gaps
        self._nothing = self._columns(self._made())
        self._lanes: dict[Key, Lanes] = {}  # in the order of each key's latest record
        self._carried: dict[Key, Values] = {}  # of the same keys, if any are carried

    def __len__(self) -> int:
        return len(self._lanes)

    def before(self, key: Key, begins: bool) -> Values | None:
        """The carried values before this record; None if they begin with it, or lie in a gap."""
        return None if begins else self._carried.get(key)

    def over(self, key: Key, taken: Values, begins: bool, ends: bool, carried: Values = ()) -> Sequence[Value]:
        """The columns so far, then `carried`. `taken`: what each lane takes of this record; None: nothing."""
        lanes = self._lanes.pop(key, None)
        was = self._carried.pop(key, ())
        if lanes is not None and begins:
            self._room.give(self._size(key, lanes, was))
            lanes = None
        if lanes is None:
            if self._has_gaps and not begins:
                return [*self._nothing, *carried]
            lanes = self._made()
            self._make_room(self._size(key, lanes, carried))
        elif (grown := weight(carried) - weight(was)) > 0:
            self._make_room(grown)
        else:
            self._room.give(-grown)
        for value, mine in zip(taken, lanes, strict=True):
            if value is not None:
                for each in mine:
                    each.fold([value])
                    if isinstance(each, Growing):
                        self._room.charge(each)
        columns = [*self._columns(lanes), *carried]
        if ends:
            self._room.give(self._size(key, lanes, carried))
        else:
            self._lanes[key] = lanes
            if carried:
                self._carried[key] = carried
        return columns

    def advance(self, watermark_us: int) -> None:
        """See `Memory`. Nothing here is ever too old."""

    def snapshot(self) -> bytes:
        """All that is remembered."""
        saved = [
            (key, [[each.state() for each in mine] for mine in lanes], *self._saved(key))
            for key, lanes in self._lanes.items()
        ]
        return msgpack_bytes(saved)

    def restore(self, data: bytes) -> None:
        """Go on where `snapshot` was taken. Raises `msgspec.DecodeError`, and keeps its state, on any other bytes."""
        saved = msgspec.msgpack.decode(data, type=list[_Saved])
        self._lanes = {each.key: self._restored(each.lanes) for each in saved}
        self._carried = {each.key: each.carried for each in saved if each.carried}
        self._room.used = sum(self._size(key, self._lanes[key], self._carried.get(key, ())) for key in self._lanes)

    def _saved(self, key: Key) -> tuple[Values, ...]:
        return (self._carried[key],) if key in self._carried else ()

    def _made(self) -> Lanes:
        return [tuple([make() for make in lane]) for lane in self._layout.lanes]

    def _restored(self, states: list[list[Any]]) -> Lanes:
        lanes = self._made()
        for mine, theirs in zip(lanes, states, strict=True):
            for each, state in zip(mine, theirs, strict=True):
                each.restore(state)
        return lanes

    def _columns(self, lanes: Lanes) -> list[Value]:
        return [lanes[lane][place].value() for lane, place in self._layout.columns]

    def _size(self, key: Key, lanes: Lanes, carried: Values = ()) -> int:
        grown = sum([each.charged for mine in lanes for each in mine if isinstance(each, Growing)])
        return ENTRY + weight(key) + ENTRY * len(self._layout.columns) + grown + weight(carried)

    def _make_room(self, size: int) -> None:
        if self._room.take(size):
            return
        for key in list(islice(self._lanes, len(self._lanes) // 8 + 1)):
            self._room.give(self._size(key, self._lanes.pop(key), self._carried.pop(key, ())))
            self._room.count.evicted += 1
        self._room.used += size
