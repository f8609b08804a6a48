"""Remembers what was reported of each key, and tells whether a record moves away from it."""

from __future__ import annotations

from edge_orch.engine.lag import PreviousRecords
from edge_orch.engine.memory import Key, Values
from edge_orch.engine.room import Room


class Reported(PreviousRecords):
    """The values of the latest record of each key that passed, for `every_us` of event time.

    A record that comes behind it passes if it differs, but is not remembered. What was forgotten for want of room
    passes again. `percent`: which bands are per cent of the value that was reported.
    """

    def __init__(self, every_us: int, bands: tuple[float, ...], room: Room, percent: tuple[bool, ...] = ()) -> None:
        super().__init__(every_us, len(bands), room)
        self._every_us = every_us
        self._bands = bands
        self._moved = tuple(_moved_percent if relative else _moved for relative in percent)

    def moves(self, key: Key, time_us: int, values: Values) -> bool:
        """Whether the record passes; if so, it is what was reported last."""
        last = self._entries.get(key)
        if last is None:
            self._remember(key, time_us, values)
            return True
        last_us, reported = last
        if time_us - last_us < self._every_us and not self._any_moved(reported, values):
            return False
        if time_us >= last_us:
            self._forget(key)
            self._remember(key, time_us, values)
        return True

    def _any_moved(self, old: Values, new: Values) -> bool:
        if not self._moved:
            return any(map(_moved, old, new, self._bands))
        return any(moved(*each) for moved, *each in zip(self._moved, old, new, self._bands, strict=True))


def _moved(old: bool | int | float | str | None, new: bool | int | float | str | None, band: float) -> bool:
    if not band or isinstance(old, str) or isinstance(new, str) or old is None or new is None:
        return old != new
    return abs(new - old) > band


def _moved_percent(old: bool | int | float | str | None, new: bool | int | float | str | None, band: float) -> bool:
    return _moved(old, new, abs(old) * band / 100 if isinstance(old, int | float) else 0)
