from __future__ import annotations

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from edge_orch.engine.stamps import (
    EARLIEST_US,
    LATEST_US,
    format_stamp,
    from_datetime,
    number_parser,
    text_parser,
    to_datetime,
)
from edge_orch.errors import Invalid

MOMENTS = st.integers(EARLIEST_US, LATEST_US)


@given(MOMENTS)
def test_what_is_written_reads_back(moment: int) -> None:
    assert text_parser("rfc3339", "UTC")(format_stamp(moment)) == moment
    assert from_datetime(to_datetime(moment)) == moment


@given(MOMENTS)
def test_stamps_are_what_datetime_says(moment: int) -> None:
    assert datetime.fromisoformat(format_stamp(moment)) == to_datetime(moment).astimezone(UTC)


def test_a_fraction_is_written_only_where_there_is_one() -> None:
    assert format_stamp(0) == "1970-01-01T00:00:00Z"
    assert format_stamp(-1) == "1969-12-31T23:59:59.999999Z"
    assert format_stamp(LATEST_US + 1) == "9999-12-31T23:59:59Z"


@pytest.mark.parametrize(
    ("unit", "value", "moment"),
    [
        ("unix_s", 1, 1_000_000),
        ("unix_s", 1.5, 1_500_000),
        ("unix_ms", 1500, 1_500_000),
        ("unix_us", 7, 7),
        ("unix_ns", 1999, 1),
        ("unix_ns", -1, -1),
        ("unix_ns", 2500.0, 2),
    ],
)
def test_numbers_count_from_the_epoch(unit: str, value: float, moment: int) -> None:
    assert number_parser(unit)(value) == moment


@pytest.mark.parametrize(
    ("unit", "value"), [("unix_s", 1e12), ("unix_ms", -(10**18)), ("unix_us", 2**63), ("unix_s", -1e306)]
)
def test_numbers_beyond_the_years_one_to_9999_are_refused(unit: str, value: float) -> None:
    with pytest.raises(ValueError, match="years 1 to 9999"):
        number_parser(unit)(value)


@pytest.mark.parametrize(
    ("pattern", "zone", "text", "stamp"),
    [
        ("rfc3339", "UTC", "2026-03-29T02:30:00", "2026-03-29T02:30:00Z"),
        ("rfc3339", "Europe/Vienna", "2026-07-01T12:00:00", "2026-07-01T10:00:00Z"),
        ("rfc3339", "Europe/Vienna", "2026-07-01T12:00:00+05:30", "2026-07-01T06:30:00Z"),
        ("%Y-%m-%d %H:%M:%S", "Europe/Vienna", "2026-01-01 00:00:00", "2025-12-31T23:00:00Z"),
        ("%d.%m.%Y %H:%M", "UTC", "02.01.2026 03:04", "2026-01-02T03:04:00Z"),
        ("%d.%m.%Y %H:%M %z", "Europe/Vienna", "02.01.2026 03:04 -0100", "2026-01-02T04:04:00Z"),
        # Clocks that go back show this time twice: the first is meant.
        ("rfc3339", "Europe/Vienna", "2026-10-25T02:30:00", "2026-10-25T00:30:00Z"),
    ],
)
def test_text_is_read_in_its_zone_unless_it_has_an_offset(pattern: str, zone: str, text: str, stamp: str) -> None:
    assert format_stamp(text_parser(pattern, zone)(text)) == stamp


@pytest.mark.parametrize("text", ["", "yesterday", "2026-13-01T00:00:00Z", "0001-01-01T00:00:00+23:00"])
def test_text_that_is_no_stamp_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r"is not"):
        text_parser("rfc3339", "UTC")(text)


def test_a_zone_nobody_knows_is_refused() -> None:
    with pytest.raises(Invalid, match="unknown time zone"):
        text_parser("rfc3339", "Mars/Olympus")
