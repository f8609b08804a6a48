"""Functions of timestamps: microseconds since the epoch, in UTC. Weeks begin on Monday (ISO 8601)."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta

from edge_orch.engine.stamps import EARLIEST_US, LATEST_US, from_datetime, known_zone, to_datetime

_FIXED = {
    "microsecond": 1,
    "millisecond": 1_000,
    "second": 1_000_000,
    "minute": 60_000_000,
    "hour": 3_600_000_000,
    "day": 86_400_000_000,
}
_WEEK = 7 * _FIXED["day"]
_MONDAY = -3 * _FIXED["day"]  # 1969-12-29

_PARTS: dict[str, Callable[[datetime], int]] = {
    "millisecond": lambda moment: moment.second * 1000 + moment.microsecond // 1000,
    "second": lambda moment: moment.second,
    "minute": lambda moment: moment.minute,
    "hour": lambda moment: moment.hour,
    "day": lambda moment: moment.day,
    "week": lambda moment: moment.isocalendar().week,
    "month": lambda moment: moment.month,
    "quarter": lambda moment: (moment.month + 2) // 3,
    "year": lambda moment: moment.year,
    "dow": lambda moment: moment.isoweekday() % 7,
    "isodow": lambda moment: moment.isoweekday(),
    "isoyear": lambda moment: moment.isocalendar().year,
    "doy": lambda moment: moment.timetuple().tm_yday,
}


def date_trunc(unit: str, moment_us: int) -> int | None:
    """The start of its unit; NULL for an unknown unit."""
    if unit in _FIXED:
        return moment_us - moment_us % _FIXED[unit]
    if unit == "week":
        return moment_us - (moment_us - _MONDAY) % _WEEK
    moment = to_datetime(moment_us)
    match unit:
        case "month":
            first_month = moment.month
        case "quarter":
            first_month = (moment.month - 1) // 3 * 3 + 1
        case "year":
            first_month = 1
        case _:
            return None
    day = datetime(moment.year, first_month, 1, tzinfo=moment.tzinfo)
    return from_datetime(day)


def extract(unit: str, moment_us: int) -> int | None:
    """A part of a timestamp (`dow`: Sunday is 0); NULL for an unknown unit."""
    if unit == "epoch":
        return moment_us // 1_000_000
    part = _PARTS.get(unit)
    return None if part is None else part(to_datetime(moment_us))


def date_diff(unit: str, from_us: int, to_us: int) -> int | None:
    """How many boundaries of the unit lie between; negative if `to` is earlier; NULL for an unknown unit."""
    if unit in _FIXED:
        return to_us // _FIXED[unit] - from_us // _FIXED[unit]
    if unit == "week":
        return (to_us - _MONDAY) // _WEEK - (from_us - _MONDAY) // _WEEK
    months = {"month": 1, "quarter": 3, "year": 12}.get(unit)
    if months is None:
        return None
    return _months(to_us) // months - _months(from_us) // months


def _months(moment_us: int) -> int:
    moment = to_datetime(moment_us)
    return moment.year * 12 + moment.month - 1


def time_bucket(length_us: int, moment_us: int) -> int:
    """The start of the bin of that length, counted from 1970, that it lies in."""
    return max(moment_us - moment_us % length_us, EARLIEST_US)


def to_timestamp(seconds: float) -> int | None:
    """Of seconds since 1970; NULL outside the years 1 to 9999."""
    moment_us = seconds * 1_000_000
    return round(moment_us) if EARLIEST_US <= moment_us <= LATEST_US else None


def make_timestamp_ms(milliseconds: int) -> int | None:
    """Of milliseconds since 1970; NULL outside the years 1 to 9999."""
    moment_us = milliseconds * 1_000
    return moment_us if EARLIEST_US <= moment_us <= LATEST_US else None


def wall_clock(zone: str) -> Callable[[int], int | None]:
    """A function: a timestamp → what clocks in the zone show, as if that were UTC; NULL outside the years 1 to 9999.

    Raises `Invalid` when this machine does not know the zone.
    """
    place = known_zone(zone)
    microsecond = timedelta(microseconds=1)

    def shown(moment_us: int) -> int | None:
        try:
            offset = to_datetime(moment_us).astimezone(place).utcoffset()
        except OverflowError:
            return None
        moment_us += (offset or timedelta()) // microsecond
        return moment_us if EARLIEST_US <= moment_us <= LATEST_US else None

    return shown
