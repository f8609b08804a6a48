"""Timestamps in the forms that `strptime` and `strftime` are told. Names are English everywhere."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import datetime

from edge_orch.engine.stamps import to_datetime, whole_parser
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
    "z": lambda _moment: "+0000",
    "%": lambda _moment: "%",
}


def stamp_writer(form: str) -> Callable[[int], str]:
    """A function: a timestamp → its text in UTC. A directive that is none of `WRITTEN` stays as it is."""
    pattern = re.compile(f"%([{''.join(WRITTEN)}])")

    def write(moment_us: int) -> str:
        moment = to_datetime(moment_us)
        return pattern.sub(lambda match: _WRITERS[match[1]](moment), form)

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
