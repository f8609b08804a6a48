"""Stamps without a year, or without a date: they mean the one in which they lie nearest to the time they came."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from datetime import datetime, timedelta, tzinfo

from edge_orch.engine.stamps import known_zone, micros, to_datetime
from edge_orch.plan.partial_forms import Missing, missing


def completer(form: str, zone: str) -> Callable[[int | None, int], int | None] | None:
    """A function of such a stamp as `text_parser` reads it, and of the time at which it came: the stamp itself.

    NULL stays NULL. None: stamps of this form are complete.
    """
    left_out = missing(form)
    if left_out is None:
        return None
    place = known_zone(zone)

    def complete(partial_us: int | None, came_us: int) -> int | None:
        if partial_us is None:
            return None
        near = list(_moments(left_out, partial_us, came_us, place, (-1, 0, 1)))
        # The 29th of February may be eight years away.
        moments = near or _moments(left_out, partial_us, came_us, place, range(-8, 9))
        return min(moments, key=lambda moment_us: abs(moment_us - came_us), default=partial_us)

    return complete


def _moments(left_out: Missing, partial_us: int, came_us: int, zone: tzinfo, steps: Iterable[int]) -> Iterator[int]:
    """The moments that may be meant, so many years or days from the one at which it came."""
    partial, came = (to_datetime(moment_us).replace(tzinfo=None) for moment_us in (partial_us, came_us))
    for step in steps:
        try:
            if left_out == "year":
                moment = partial.replace(year=came.year + step)
            else:
                moment = datetime.combine(came.date() + timedelta(days=step), partial.time())
            yield micros(moment, zone)
        except (ValueError, OverflowError):  # a date that is none; the years 0 and 10000
            continue
