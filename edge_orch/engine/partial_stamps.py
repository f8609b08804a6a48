"""Stamps without a year, or without a date: they mean the one in which they lie nearest to the time they came."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import datetime, timedelta

from edge_orch.engine.stamps import known_zone, micros, to_datetime
from edge_orch.plan.partial_forms import Missing, missing


def completer(form: str, zone: str) -> Callable[[int | None, int], int | None] | None:
    """A function of such a stamp as `text_parser` reads it, and of the time at which it came: the stamp itself.

    A stamp on the 29th of February in none of the three years around is NULL. None: stamps of this form are complete.
    """
    left_out = missing(form)
    if left_out is None:
        return None
    place = known_zone(zone)

    def complete(partial_us: int | None, came_us: int) -> int | None:
        if partial_us is None:
            return None
        moments = [micros(moment, place) for moment in _candidates(left_out, partial_us, came_us)]
        return min(moments, key=lambda moment_us: abs(moment_us - came_us), default=None)

    return complete


def _candidates(left_out: Missing, partial_us: int, came_us: int) -> Iterator[datetime]:
    partial, came = (to_datetime(moment_us).replace(tzinfo=None) for moment_us in (partial_us, came_us))
    for step in (-1, 0, 1):
        try:
            if left_out == "year":
                yield partial.replace(year=came.year + step)
            else:
                yield datetime.combine(came.date() + timedelta(days=step), partial.time())
        except (ValueError, OverflowError):  # the 29th of February of a year that has none; the year 0 or 10000
            continue
