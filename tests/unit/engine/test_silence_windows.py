from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from edge_orch.engine.silence_windows import SilenceWindows
from edge_orch.plan.steps import SilenceWindow
from edge_orch.time import DAY, HOUR, MINUTE, format_timestamp, parse_timestamp

VIENNA = "Europe/Vienna"


def until(moment: str, *windows: SilenceWindow) -> str | None:
    end = SilenceWindows(windows).until(parse_timestamp(moment))
    return None if end is None else format_timestamp(end)


def window(days: tuple[int, ...] = (), start: int = 0, end: int = 24, zone: str = "UTC") -> SilenceWindow:
    return SilenceWindow(days, start * HOUR, end * HOUR, zone)


@pytest.mark.parametrize(
    ("moment", "end"),
    [
        ("2026-01-01T11:59:59Z", None),
        ("2026-01-01T12:00:00Z", "2026-01-01T13:00:00Z"),
        ("2026-01-01T12:59:59Z", "2026-01-01T13:00:00Z"),
        ("2026-01-01T13:00:00Z", None),
    ],
)
def test_a_window_holds_from_its_beginning_to_before_its_end(moment: str, end: str | None) -> None:
    assert until(moment, window(start=12, end=13)) == end


def test_one_over_midnight_belongs_to_the_day_on_which_it_begins() -> None:
    night = window(days=(4,), start=22, end=6)  # Fridays; 2026-01-02 is one
    assert until("2026-01-02T05:00:00Z", night) is None
    assert until("2026-01-02T23:00:00Z", night) == "2026-01-03T06:00:00Z"
    assert until("2026-01-03T05:00:00Z", night) == "2026-01-03T06:00:00Z"
    assert until("2026-01-03T23:00:00Z", night) is None


def test_windows_that_touch_are_one_silence() -> None:
    weekend = window(days=(5, 6))
    assert until("2026-01-03T10:00:00Z", weekend, window(days=(0,), start=0, end=6)) == "2026-01-05T06:00:00Z"


def test_a_silence_that_never_ends_is_looked_at_again() -> None:
    end = SilenceWindows([window()]).until(0)
    assert end is not None
    assert end >= 8 * DAY


@pytest.mark.parametrize(
    ("moment", "end"),
    [
        ("2026-03-28T23:00:00Z", "2026-03-29T04:00:00Z"),  # clocks are set forward: the night lasts seven hours
        ("2026-10-24T22:00:00Z", "2026-10-25T05:00:00Z"),  # and back: nine
    ],
)
def test_it_goes_by_the_clocks_of_its_zone(moment: str, end: str) -> None:
    assert until(moment, window(start=22, end=6, zone=VIENNA)) == end


@given(st.integers(0, 400 * 24 * 60), st.integers(0, 23), st.integers(0, 24), st.sets(st.integers(0, 6)))
def test_it_holds_until_its_end_and_not_then(minute: int, start: int, end: int, days: set[int]) -> None:
    windows = SilenceWindows([window(tuple(sorted(days)), start, end, VIENNA)])
    moment = parse_timestamp("2026-01-01T00:00:00Z") + minute * MINUTE
    until_us = windows.until(moment)
    if until_us is not None and until_us < moment + 8 * DAY:
        assert until_us > moment
        assert windows.until(until_us - 1) == until_us
        assert windows.until(until_us) is None
