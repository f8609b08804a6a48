"""Windows of the calendar in a time zone: hours, days or the shifts of a day, weeks from Monday, months.

A day is as long as people there found it: 23 or 25 hours when clocks change. An hour that clocks repeat is two windows.
Windows follow each other without gap or overlap whatever a zone's history holds. What lies before the year 2 or after
9998 is one window each.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import UTC, date, datetime, timedelta, tzinfo

from edge_orch.engine.stamps import EARLIEST_US, LATEST_US, from_datetime, known_zone, to_datetime
from edge_orch.plan.windows import CalendarWindow

Beginning = tuple[date, int]
"""Of a day, a week or a month: its first day, and which of the times at which windows begin."""

_HOUR = 3_600_000_000
_DAY = timedelta(days=1)


class CalendarFrames:
    """See `Frames`; a pane is a window. Raises `Invalid` when this machine does not know the zone."""

    in_block = 1

    def __init__(self, window: CalendarWindow) -> None:
        self._unit = window.unit
        self._zone = known_zone(window.zone)
        self._at = [timedelta(microseconds=each) for each in window.at_us]
        self._low = self._start((self._first_day(date(2, 2, 1)), 0))
        self._high = self._start((self._first_day(date(9998, 12, 1)), 0))
        self._latest = (0, 0)

    def pane(self, time_us: int) -> tuple[int, int]:
        """See `Frames`."""
        start, end = self._latest
        if not start <= time_us < end:
            self._latest = self._find(time_us)
        return self._latest

    def panes(self, start: int, end: int) -> Iterable[int]:  # noqa: ARG002 - as `Frames` has it
        """See `Frames`."""
        return (start,)

    def block(self, pane: int) -> int:
        """See `Frames`."""
        return pane

    def parts(self, start: int, end: int) -> Iterable[Sequence[int]]:  # noqa: ARG002 - as `Frames` has it
        """See `Frames`."""
        return ((start,),)

    def windows(self, pane: int) -> list[tuple[int, int]]:
        """See `Frames`."""
        return [self.pane(pane)]

    def first_after(self, time_us: int) -> int:
        """See `Frames`."""
        return self.pane(time_us)[0]

    def last_before(self, time_us: int) -> int:
        """See `Frames`."""
        start, end = self.pane(time_us)
        return start if start == time_us else end

    def _find(self, time_us: int) -> tuple[int, int]:
        if not EARLIEST_US <= time_us <= LATEST_US:  # no record's time
            return time_us, time_us + 1
        if time_us < self._low:
            return EARLIEST_US, self._low
        if time_us >= self._high:
            return self._high, LATEST_US + 1
        return self._hour(time_us) if self._unit == "hour" else self._days(time_us)

    def _hour(self, time_us: int) -> tuple[int, int]:
        """The part of the local hour that has the offset of this moment."""
        offset = self._offset(time_us)
        into = (time_us + offset) % _HOUR
        start, end = time_us - into, time_us - into + _HOUR
        if self._offset(start) != offset:
            start = self._change(start, time_us)
        if self._offset(end - 1) != offset:
            end = self._change(time_us, end - 1)
        return start, end

    def _days(self, time_us: int) -> tuple[int, int]:
        begun = (self._first_day(to_datetime(time_us).astimezone(self._zone).date()), 0)
        # The first may begin after midnight; clocks may be set back, or forward, across a beginning.
        while time_us < self._start(begun):
            begun = self._before(begun)
        while time_us >= (end := self._start(following := self._after(begun))):
            begun = following
        return self._start(begun), end

    def _before(self, begun: Beginning) -> Beginning:
        day, place = begun
        return (day, place - 1) if place else (self._first_day(day - _DAY), len(self._at) - 1)

    def _after(self, begun: Beginning) -> Beginning:
        day, place = begun
        return (day, place + 1) if place + 1 < len(self._at) else (self._next(day), 0)

    def _first_day(self, day: date) -> date:
        match self._unit:
            case "week":
                return day - timedelta(days=day.weekday())
            case "month":
                return day.replace(day=1)
            case _:
                return day

    def _next(self, first: date) -> date:
        return self._first_day(first + timedelta(days=32)) if self._unit == "month" else first + self._length

    @property
    def _length(self) -> timedelta:
        return timedelta(days=7) if self._unit == "week" else _DAY

    def _start(self, begun: Beginning) -> int:
        """When clocks show that time; of two moments the first, and where clocks leap over it, that of the leap."""
        day, place = begun
        shown = datetime(day.year, day.month, day.day) + self._at[place]  # noqa: DTZ001 - made aware below
        time_us = from_datetime(shown.replace(tzinfo=self._zone).astimezone(UTC))
        skipped = time_us + self._offset(time_us) - from_datetime(shown.replace(tzinfo=UTC))
        return self._change(time_us - skipped, time_us) if skipped else time_us

    def _offset(self, time_us: int) -> int:
        return _micros(to_datetime(time_us), self._zone)

    def _change(self, low: int, high: int) -> int:
        """The first moment after `low` with the offset of `high`; there is one change between them."""
        offset = self._offset(high)
        while high - low > 1:
            middle = (low + high) // 2
            if self._offset(middle) == offset:
                high = middle
            else:
                low = middle
        return high


def _micros(moment: datetime, zone: tzinfo) -> int:
    offset = moment.astimezone(zone).utcoffset() or timedelta()
    return offset // timedelta(microseconds=1)
