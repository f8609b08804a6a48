"""Stamps without a year or a date."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from edge_orch.engine.partial_stamps import completer
from edge_orch.engine.stamps import format_stamp, from_datetime, text_parser
from edge_orch.time import DAY, HOUR

MONTHS = "%b %d %H:%M:%S.%f"
CLOCK = "%H:%M:%S.%f"


def us(text: str) -> int:
    return text_parser("rfc3339", "UTC")(text)


def read(form: str, text: str, came: str, zone: str = "UTC") -> str | None:
    complete = completer(form, zone)
    assert complete
    found = complete(text_parser(form, zone)(text), us(came))
    return None if found is None else format_stamp(found)


@pytest.mark.parametrize(
    ("form", "text", "came", "stamp"),
    [
        ("%b %d %H:%M:%S", "Jan  8 03:37:09", "2026-01-09T00:00:00Z", "2026-01-08T03:37:09Z"),
        ("%b %d %H:%M:%S", "Dec 31 23:59:59", "2026-01-01T00:00:05Z", "2025-12-31T23:59:59Z"),
        ("%b %d %H:%M:%S", "Jan  1 00:00:01", "2025-12-31T23:59:50Z", "2026-01-01T00:00:01Z"),
        ("%d/%m %H:%M", "29/02 12:00", "2025-02-01T00:00:00Z", "2024-02-29T12:00:00Z"),
        ("%d/%m %H:%M", "29/02 12:00", "2026-02-01T00:00:00Z", "2024-02-29T12:00:00Z"),
        ("%d/%m %H:%M", "29/02 12:00", "2100-02-28T00:00:00Z", "2096-02-29T12:00:00Z"),
        ("%d/%m %H:%M", "31/12 12:00", "0001-01-01T00:00:00Z", "0001-12-31T12:00:00Z"),
        ("%H:%M", "23:30", "9999-12-31T23:59:59Z", "9999-12-31T23:30:00Z"),
        ("%H:%M:%S", "23:59:59", "2026-01-01T00:00:05Z", "2025-12-31T23:59:59Z"),
        ("%H:%M:%S", "00:00:01", "2026-01-01T23:59:59Z", "2026-01-02T00:00:01Z"),
        ("%I:%M %p", "01:30 PM", "2026-01-01T12:00:00Z", "2026-01-01T13:30:00Z"),
    ],
)
def test_it_is_the_nearest_to_its_arrival(form: str, text: str, came: str, stamp: str | None) -> None:
    assert read(form, text, came) == stamp


def test_the_zone_is_that_of_the_date_which_is_found() -> None:
    assert read("%b %d %H:%M", "Jul 01 12:00", "2026-07-01T00:00:00Z", "Europe/Vienna") == "2026-07-01T10:00:00Z"
    assert read("%H:%M", "00:30", "2026-07-01T22:20:00Z", "Europe/Vienna") == "2026-07-01T22:30:00Z"


@given(
    st.datetimes(datetime(1971, 1, 1), datetime(2100, 1, 1)),  # noqa: DTZ001 - UTC
    st.integers(-180 * DAY, 180 * DAY),
    st.integers(-11 * HOUR, 11 * HOUR),
)
def test_what_came_soon_is_what_it_was(moment: datetime, days: int, hours: int) -> None:
    stamp_us = from_datetime(moment.replace(tzinfo=UTC))
    for form, late in ((MONTHS, days), (CLOCK, hours)):
        complete = completer(form, "UTC")
        assert complete
        assert complete(text_parser(form, "UTC")(moment.strftime(form)), stamp_us + late) == stamp_us


@pytest.mark.parametrize("form", ["rfc3339", "unix_s", "%Y-%m-%d", "%c", "%y%m%d"])
def test_others_are_complete(form: str) -> None:
    assert completer(form, "UTC") is None
