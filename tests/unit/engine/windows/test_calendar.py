from __future__ import annotations

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from edge_orch.engine.stamps import EARLIEST_US, LATEST_US, format_stamp, from_datetime, to_datetime
from edge_orch.engine.windows.calendar import CalendarFrames
from edge_orch.errors import Invalid
from edge_orch.plan.windows import CalendarWindow

UNITS = ("hour", "day", "week", "month")
# Half-hour offsets, half-hour summer time, a day that was left out, clocks set back across midnight, a leap over it.
ZONES = (
    "UTC", "Europe/Vienna", "America/New_York", "Asia/Kolkata", "Australia/Lord_Howe", "Pacific/Apia",
    "America/St_Johns", "America/Sao_Paulo",
)  # fmt: skip
MOMENTS = st.one_of(
    st.integers(EARLIEST_US, LATEST_US),
    st.integers(from_datetime(datetime(1980, 1, 1, tzinfo=UTC)), from_datetime(datetime(2035, 1, 1, tzinfo=UTC))),
)


TIMES = {
    "hour": ("00:00",),
    "day": ("00:00", "06:00", "02:30", "06:00 14:00 22:00", "00:30 02:00 02:30 03:00 23:30"),
    "week": ("00:00", "05:00"),
    "month": ("00:00", "05:00"),
}
UNITS_AND_TIMES = st.sampled_from([(unit, at) for unit in UNITS for at in TIMES[unit]])


def frames(unit: str, zone: str, at: str = "00:00") -> CalendarFrames:
    times = [each.split(":") for each in at.split()]
    at_us = tuple((int(hours) * 60 + int(minutes)) * 60_000_000 for hours, minutes in times)
    return CalendarFrames(CalendarWindow(unit, zone, at_us))  # type: ignore[arg-type]


def window(unit: str, zone: str, stamp: str) -> tuple[str, str, float]:
    """Start and end of the window of a moment, and its length in hours."""
    start, end = frames(unit, zone).pane(from_datetime(datetime.fromisoformat(stamp)))
    return format_stamp(start), format_stamp(end), (end - start) / 3.6e9


@pytest.mark.parametrize(
    ("unit", "zone", "moment", "expected"),
    [
        ("day", "UTC", "2026-03-29T12:00:00Z", ("2026-03-29T00:00:00Z", "2026-03-30T00:00:00Z", 24)),
        ("day", "Europe/Vienna", "2026-03-29T12:00:00Z", ("2026-03-28T23:00:00Z", "2026-03-29T22:00:00Z", 23)),
        ("day", "Europe/Vienna", "2026-10-25T12:00:00Z", ("2026-10-24T22:00:00Z", "2026-10-25T23:00:00Z", 25)),
        ("day", "Europe/Vienna", "2026-03-28T23:00:00Z", ("2026-03-28T23:00:00Z", "2026-03-29T22:00:00Z", 23)),
        ("week", "Europe/Vienna", "2026-03-29T12:00:00Z", ("2026-03-22T23:00:00Z", "2026-03-29T22:00:00Z", 167)),
        ("week", "UTC", "2026-01-01T00:00:00Z", ("2025-12-29T00:00:00Z", "2026-01-05T00:00:00Z", 168)),
        ("month", "UTC", "2024-02-29T00:00:00Z", ("2024-02-01T00:00:00Z", "2024-03-01T00:00:00Z", 29 * 24)),
        ("month", "Europe/Vienna", "2026-10-05T00:00:00Z", ("2026-09-30T22:00:00Z", "2026-10-31T23:00:00Z", 745)),
        # The hour that clocks repeat is two windows.
        ("hour", "Europe/Vienna", "2026-10-25T00:30:00Z", ("2026-10-25T00:00:00Z", "2026-10-25T01:00:00Z", 1)),
        ("hour", "Europe/Vienna", "2026-10-25T01:30:00Z", ("2026-10-25T01:00:00Z", "2026-10-25T02:00:00Z", 1)),
        ("hour", "Asia/Kolkata", "2026-01-01T00:00:00Z", ("2025-12-31T23:30:00Z", "2026-01-01T00:30:00Z", 1)),
        # Lord Howe sets clocks back by half an hour, from 02:00 to 01:30.
        ("hour", "Australia/Lord_Howe", "2026-04-04T14:45:00Z", ("2026-04-04T14:00:00Z", "2026-04-04T15:00:00Z", 1)),
        ("hour", "Australia/Lord_Howe", "2026-04-04T15:10:00Z", ("2026-04-04T15:00:00Z", "2026-04-04T15:30:00Z", 0.5)),
        # 30 December 2011 did not take place in Samoa.
        ("day", "Pacific/Apia", "2011-12-30T11:00:00Z", ("2011-12-30T10:00:00Z", "2011-12-31T10:00:00Z", 24)),
        ("day", "Pacific/Apia", "2011-12-30T09:00:00Z", ("2011-12-29T10:00:00Z", "2011-12-30T10:00:00Z", 24)),
        # No midnight on the first day of summer in Brazil.
        ("day", "America/Sao_Paulo", "2018-11-04T12:00:00Z", ("2018-11-04T03:00:00Z", "2018-11-05T02:00:00Z", 23)),
    ],
)
def test_windows_are_as_long_as_people_there_find_them(
    unit: str, zone: str, moment: str, expected: tuple[str, str, float]
) -> None:
    assert window(unit, zone, moment) == expected


@pytest.mark.parametrize(
    ("at", "moment", "expected"),
    [
        ("06:00", "2026-01-02T04:59:59Z", ("2026-01-01T05:00:00Z", "2026-01-02T05:00:00Z", 24)),
        ("06:00 14:00 22:00", "2026-01-02T05:00:00Z", ("2026-01-02T05:00:00Z", "2026-01-02T13:00:00Z", 8)),
        ("06:00 14:00 22:00", "2026-01-02T03:00:00Z", ("2026-01-01T21:00:00Z", "2026-01-02T05:00:00Z", 8)),
        # The nights in which clocks change are an hour shorter, and longer.
        ("06:00 14:00 22:00", "2026-03-29T02:00:00Z", ("2026-03-28T21:00:00Z", "2026-03-29T04:00:00Z", 7)),
        ("06:00 14:00 22:00", "2026-10-25T02:00:00Z", ("2026-10-24T20:00:00Z", "2026-10-25T05:00:00Z", 9)),
        # 02:30 is leapt over, and comes twice.
        ("02:30 03:30", "2026-03-29T01:10:00Z", ("2026-03-29T01:00:00Z", "2026-03-29T01:30:00Z", 0.5)),
        ("02:30 03:30", "2026-10-25T01:10:00Z", ("2026-10-25T00:30:00Z", "2026-10-25T02:30:00Z", 2)),
    ],
)
def test_shifts_begin_by_the_clocks_on_the_wall(at: str, moment: str, expected: tuple[str, str, float]) -> None:
    start, end = frames("day", "Europe/Vienna", at).pane(from_datetime(datetime.fromisoformat(moment)))
    assert (format_stamp(start), format_stamp(end), (end - start) / 3.6e9) == expected


@given(UNITS_AND_TIMES, st.sampled_from(ZONES), MOMENTS)
def test_windows_follow_each_other_without_gap_or_overlap(kind: tuple[str, str], zone: str, moment: int) -> None:
    unit, at = kind
    calendar = frames(unit, zone, at)
    start, end = calendar.pane(moment)
    assert start <= moment < end
    for inside in {start, (start + end) // 2, end - 1}:
        assert frames(unit, zone, at).pane(inside) == (start, end)
    if end <= LATEST_US:
        assert calendar.pane(end)[0] == end
    if start > EARLIEST_US:
        assert calendar.pane(start - 1)[1] == start


@given(
    st.sampled_from(("UTC", "Europe/Vienna", "America/New_York", "Asia/Kolkata")),
    st.datetimes(datetime(1980, 1, 1), datetime(2035, 1, 1)),  # noqa: DTZ001 - made aware below
)
def test_a_day_is_a_date_on_the_wall(zone: str, moment: datetime) -> None:
    place = ZoneInfo(zone)
    start, end = frames("day", zone).pane(from_datetime(moment.replace(tzinfo=UTC)))
    first, last = (to_datetime(each).astimezone(place) for each in (start, end - 1))
    assert first.date() == last.date() == moment.replace(tzinfo=UTC).astimezone(place).date()
    assert (to_datetime(start - 1).astimezone(place)).date() == first.date() - timedelta(days=1)


@given(st.sampled_from(UNITS), st.sampled_from(ZONES), MOMENTS)
def test_first_after_and_last_before_belong_together(unit: str, zone: str, moment: int) -> None:
    calendar = frames(unit, zone)
    assert calendar.first_after(calendar.last_before(moment)) >= moment
    assert calendar.first_after(calendar.last_before(moment) - 1) < moment


def test_a_zone_nobody_knows_is_refused() -> None:
    with pytest.raises(Invalid, match="unknown time zone"):
        frames("day", "Mars/Olympus")
