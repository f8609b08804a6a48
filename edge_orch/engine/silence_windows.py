"""Times of the week in which nobody is notified, by the clocks of a zone."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta, tzinfo

from edge_orch.engine.stamps import from_datetime, known_zone, to_datetime
from edge_orch.plan.steps import SilenceWindow
from edge_orch.time import DAY

_MOST_LINKED = 32  # windows that follow each other without a gap; silence for ever is looked at again after as many


class SilenceWindows:
    """The silence windows of one rule. Raises `Invalid` when this machine does not know a zone."""

    def __init__(self, windows: Sequence[SilenceWindow]) -> None:
        self._windows = [(window, known_zone(window.zone)) for window in windows]

    def until(self, wall_us: int) -> int | None:
        """When the silence that holds at `wall_us` is over, or None when there is none.

        Both are microseconds UTC. Windows that touch are one silence.
        """
        end = self._end(wall_us)
        for _ in range(_MOST_LINKED):
            if end is None or (later := self._end(end)) is None:
                return end
            end = later
        return end

    def _end(self, wall_us: int) -> int | None:
        return max(
            (end for window, zone in self._windows if (end := _end_of(window, zone, wall_us)) is not None), default=None
        )


def _end_of(window: SilenceWindow, zone: tzinfo, wall_us: int) -> int | None:
    today = to_datetime(wall_us).astimezone(zone).date()
    for begins in (today, today - timedelta(days=1)):
        if window.days and begins.weekday() not in window.days:
            continue
        ends = begins if window.end_us > window.start_us else begins + timedelta(days=1)
        end = _moment(ends, window.end_us, zone)
        if _moment(begins, window.start_us, zone) <= wall_us < end:
            return end
    return None


def _moment(day: date, after_midnight_us: int, zone: tzinfo) -> int:
    """When clocks show that time; of two the first, and where they leap over it, as if they had not."""
    days, rest_us = divmod(after_midnight_us, DAY)
    day += timedelta(days=days)
    shown = datetime(day.year, day.month, day.day, tzinfo=zone) + timedelta(microseconds=rest_us)
    return from_datetime(shown.astimezone(UTC))
