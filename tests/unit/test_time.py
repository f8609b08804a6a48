"""Durations and timestamps as text."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from edge_orch.errors import Invalid
from edge_orch.time import (
    DAY,
    HOUR,
    LONGEST,
    MINUTE,
    format_duration,
    format_timestamp,
    parse_duration,
    parse_timestamp,
)


@given(st.integers(0, LONGEST))
def test_a_duration_is_read_back(duration_us: int) -> None:
    assert parse_duration(format_duration(duration_us)) == duration_us


@given(st.integers(0, LONGEST))
def test_a_timestamp_is_read_back(wall_us: int) -> None:
    assert parse_timestamp(format_timestamp(wall_us)) == wall_us


def test_units_add_up_and_may_have_fractions() -> None:
    assert parse_duration("1h30m") == HOUR + 30 * MINUTE
    assert parse_duration("1.5d") == DAY + 12 * HOUR
    assert parse_duration("250us") == 250


@pytest.mark.parametrize("text", ["", "5", "s", "-5s", "5 s", "5x", "1h30", "1e3s", "soon"])
def test_what_is_no_duration(text: str) -> None:
    with pytest.raises(Invalid, match="not a duration"):
        parse_duration(text)


@pytest.mark.parametrize("text", ["36501d", "36500d1us", "9" * 400 + "s"])
def test_what_no_calendar_holds(text: str) -> None:
    with pytest.raises(Invalid, match="too long a duration"):
        parse_duration(text)
