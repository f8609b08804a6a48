"""Instants, durations and RFC 3339 text. Nothing here reads a clock: shells do, and pass `Instant`s in."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from enum import StrEnum

import msgspec

from edge_orch.errors import Invalid, Problem

MILLISECOND = 1_000
SECOND = 1_000_000
MINUTE = 60 * SECOND
HOUR = 60 * MINUTE
DAY = 24 * HOUR
LONGEST = 36_500 * DAY
"""The longest duration that a person may name: sums with it stay on the calendar and within 64 bits."""

_UNITS = {
    "us": 1,
    "ms": MILLISECOND,
    "s": SECOND,
    "m": MINUTE,
    "min": MINUTE,
    "h": HOUR,
    "d": DAY,
    "w": 7 * DAY,
}
_DURATION = re.compile(r"(\d+(?:\.\d+)?)(us|ms|s|min|m|h|d|w)")
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


class ClockQuality(StrEnum):
    """How far the wall clock can be trusted."""

    SYNCED = "synced"  # disciplined by a time source now
    HOLDOVER = "holdover"  # was synced in this boot, runs free since
    UNKNOWN = "unknown"  # never synced in this boot: a Pi comes up in 1970


class Instant(msgspec.Struct, frozen=True, array_like=True):
    """A moment as one boot of one machine saw it.

    `wall_us`: microseconds since the Unix epoch, UTC. `mono_us`: microseconds of the monotonic clock, comparable
    only within the same `boot`. Durations are differences of `mono_us`, never of `wall_us`.
    """

    wall_us: int
    mono_us: int
    boot: str
    quality: ClockQuality = ClockQuality.SYNCED

    @property
    def trusted(self) -> bool:
        """Whether meaning (expiry, certificates) may depend on `wall_us`."""
        return self.quality is not ClockQuality.UNKNOWN

    def since(self, earlier: Instant) -> int | None:
        """How long ago `earlier` was; None when no clock can tell: other boots compare by wall clocks both trusted."""
        if earlier.boot == self.boot:
            return self.mono_us - earlier.mono_us
        return self.wall_us - earlier.wall_us if earlier.trusted and self.trusted else None

    @property
    def stamp(self) -> int:
        """What to stamp with: the wall clock; while that is unknown, minus the monotonic time, never 0."""
        return self.wall_us if self.trusted else -max(self.mono_us, 1)

    def after(self, duration_us: int) -> Instant:
        """The instant `duration_us` microseconds later in the same boot."""
        return Instant(self.wall_us + duration_us, self.mono_us + duration_us, self.boot, self.quality)


def parse_duration(text: str) -> int:
    """`"1h30m"` → microseconds. Units: us ms s m min h d w.

    Raises `Invalid` with the accepted form when the text is not a duration, or one beyond `LONGEST`.
    """
    position = total = 0
    for match in _DURATION.finditer(text):
        if match.start() != position:
            break
        part = float(match[1]) * _UNITS[match[2]]
        if total + part > LONGEST:
            raise Invalid(Problem("too long a duration", expected=f"at most {LONGEST // DAY}d", found=repr(text)))
        total += round(part)
        position = match.end()
    if position != len(text) or not text:
        raise Invalid(Problem("not a duration", expected="a number and a unit, like 10s, 5m, 1h30m", found=repr(text)))
    return total


def format_duration(duration_us: int) -> str:
    """Microseconds → the shortest exact text that `parse_duration` reads back (`5400000000` → `"1h30m"`)."""
    parts = []
    rest = duration_us
    for unit, size in (("d", DAY), ("h", HOUR), ("m", MINUTE), ("s", SECOND), ("ms", MILLISECOND), ("us", 1)):
        count, rest = divmod(rest, size)
        if count:
            parts.append(f"{count}{unit}")
    return "".join(parts) or "0s"


def format_timestamp(wall_us: int) -> str:
    """Microseconds since the epoch → RFC 3339 in UTC: `2026-01-02T03:04:05Z`, fraction only where there is one."""
    moment = _EPOCH + timedelta(microseconds=wall_us)
    return moment.replace(tzinfo=None).isoformat() + "Z"


def parse_timestamp(text: str) -> int:
    """RFC 3339 (or ISO 8601 without an offset, read as UTC) → microseconds since the epoch. Raises `ValueError`."""
    moment = datetime.fromisoformat(text)
    if moment.tzinfo is None:
        moment = moment.replace(tzinfo=UTC)
    return (moment - _EPOCH) // timedelta(microseconds=1)
