"""Timestamps in the forms that `strptime` and `strftime` are told. Names are English everywhere."""

from __future__ import annotations

import re
from collections.abc import Callable
from contextlib import suppress
from datetime import datetime

from edge_orch.engine.stamps import known_zone, to_datetime, whole_parser
from edge_orch.plan.forms import WRITTEN

_DAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
_MONTHS = (
    "January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November",
    "December",
)  # fmt: skip

_WRITERS: dict[str, Callable[[datetime], str]] = {
    "Y": lambda moment: f"{moment.year:04d}",
    "y": lambda moment: f"{moment.year % 100:02d}",
    "m": lambda moment: f"{moment.month:02d}",
    "d": lambda moment: f"{moment.day:02d}",
    "H": lambda moment: f"{moment.hour:02d}",
    "I": lambda moment: f"{(moment.hour + 11) % 12 + 1:02d}",
    "M": lambda moment: f"{moment.minute:02d}",
    "S": lambda moment: f"{moment.second:02d}",
    "f": lambda moment: f"{moment.microsecond:06d}",
    "g": lambda moment: f"{moment.microsecond // 1000:03d}",
    "p": lambda moment: "AM" if moment.hour < 12 else "PM",
    "j": lambda moment: f"{moment.timetuple().tm_yday:03d}",
    "a": lambda moment: _DAYS[moment.weekday()][:3],
    "A": lambda moment: _DAYS[moment.weekday()],
    "b": lambda moment: _MONTHS[moment.month - 1][:3],
    "B": lambda moment: _MONTHS[moment.month - 1],
    "z": lambda moment: moment.strftime("%z"),
    ":z": lambda moment: f"{moment.strftime('%z')[:3]}:{moment.strftime('%z')[3:5]}",
    "%": lambda _moment: "%",
}


_DIRECTIVE = re.compile(f"%({'|'.join(WRITTEN)})")


def stamp_writer(form: str) -> Callable[[int], str]:
    """A function: a timestamp → its text in UTC. A directive that is none of `WRITTEN` stays as it is."""

    def write(moment_us: int) -> str:
        moment = to_datetime(moment_us)
        return _DIRECTIVE.sub(lambda match: _WRITERS[match[1]](moment), form)

    return write


def zoned_writer(form: str, zone: str) -> Callable[[int], str]:
    """The same as clocks in the zone show it; UTC where that would lie beyond the years 1 to 9999.

    Raises `Invalid` when this machine does not know the zone.
    """
    place = known_zone(zone)

    def write(moment_us: int) -> str:
        moment = to_datetime(moment_us)
        with suppress(OverflowError):
            moment = moment.astimezone(place)
        return _DIRECTIVE.sub(lambda match: _WRITERS[match[1]](moment), form)

    return write


def stamp_reader(form: str) -> Callable[[str], int | None]:
    """A function: text of that form → a timestamp; NULL for other text. Without an offset it is UTC."""
    parse = whole_parser(form, "UTC")

    def read(text: str) -> int | None:
        try:
            return parse(text)
        except ValueError:
            return None

    return read
