"""Timestamps: text and numbers → microseconds since the epoch, and back to RFC 3339 text."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta, tzinfo

from edge_orch.errors import Invalid, Problem
from edge_orch.plan.partial_forms import missing

EARLIEST_US = -62_135_596_800_000_000  # 0001-01-01T00:00:00Z
LATEST_US = 253_402_300_799_999_999  # 9999-12-31T23:59:59.999999Z

UNIX_UNITS: dict[str, float] = {"unix_s": 1e6, "unix_ms": 1e3, "unix_us": 1, "unix_ns": 1e-3}

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_NAIVE_EPOCH = datetime(1970, 1, 1)  # noqa: DTZ001 - arithmetic between two naive UTC stamps
_MICROSECOND = timedelta(microseconds=1)
_HEADS_KEPT = 4096
_LEAP_YEAR = 2000  # in which every date is one


def in_range(moment_us: int) -> int:
    """The same number; raises `ValueError` outside the years 1 to 9999, which RFC 3339 can write."""
    if EARLIEST_US <= moment_us <= LATEST_US:
        return moment_us
    raise ValueError("is not within the years 1 to 9999")


class StampWriter:
    """Microseconds → RFC 3339 in UTC, such as `2026-01-02T03:04:05Z`; a fraction only where there is one.

    Seconds repeat from record to record, so their text is kept for a while.
    """

    def __init__(self) -> None:
        self._heads: dict[int, str] = {}

    def __call__(self, moment_us: int) -> str:
        second, fraction = divmod(moment_us, 1_000_000)
        head = self._heads.get(second) or self._head(second)
        return f"{head}.{fraction:06d}Z" if fraction else head + "Z"

    def _head(self, second: int) -> str:
        if len(self._heads) >= _HEADS_KEPT:
            self._heads.clear()
        # A window may end after the last second that can be written: that second stands for all beyond it.
        writable = min(max(second, EARLIEST_US // 1_000_000), LATEST_US // 1_000_000)
        head = self._heads[second] = (_NAIVE_EPOCH + timedelta(seconds=writable)).isoformat()
        return head


format_stamp = StampWriter()


def number_parser(unit: str) -> Callable[[float], int]:
    """A parser of numbers counted in `unit` since the epoch. Integers are exact, floats rounded to a microsecond."""
    scale = UNIX_UNITS[unit]
    whole = round(scale)

    def parse(value: float) -> int:
        if isinstance(value, int):
            return in_range(value * whole if whole else value // 1000)
        try:
            moment_us = round(value * scale)
        except OverflowError:  # a great number is infinite in microseconds
            moment_us = LATEST_US + 1
        return in_range(moment_us)

    return parse


def text_parser(pattern: str, zone: str) -> Callable[[str], int]:
    """A parser of stamps in `rfc3339` or a strptime pattern; raises `ValueError` with a reason.

    A stamp without an offset is read in `zone`. Raises `Invalid` when this machine does not know the zone. One that
    names no year is read as if it were UTC, in a leap year; `completer` makes a stamp of it.
    """
    if missing(pattern):
        return lambda text: micros(_strptime(f"{_LEAP_YEAR} {text}", f"%Y {pattern}", pattern), UTC)
    return whole_parser(pattern, zone)


def whole_parser(pattern: str, zone: str) -> Callable[[str], int]:
    """The same, but of a pattern without a year or a date, which are the first of January and 1900 then."""
    place = known_zone(zone)
    if pattern == "rfc3339":
        return lambda text: micros(_iso(text), place)
    if pattern == "%Y-%m-%d %H:%M:%S":
        return lambda text: micros(_common(text), place)
    return lambda text: micros(_strptime(text, pattern), place)


def known_zone(name: str) -> tzinfo:
    """The IANA zone of that name. Raises `Invalid` when this machine does not know it."""
    if name == "UTC":
        return UTC
    from zoneinfo import ZoneInfo  # noqa: PLC0415 -- a third of a MiB, and many devices have no job with a zone

    try:
        return ZoneInfo(name)
    except (KeyError, ValueError, OSError):
        raise Invalid(
            Problem(
                "unknown time zone", expected="an IANA name known on this machine, such as Europe/Vienna", found=name
            )
        ) from None


def micros(moment: datetime, zone: tzinfo) -> int:
    """The moment in microseconds; one without an offset is read in `zone`. `ValueError` beyond the years 1 to 9999."""
    if moment.tzinfo is None:
        if zone is UTC:
            return (moment - _NAIVE_EPOCH) // _MICROSECOND
        moment = moment.replace(tzinfo=zone)
    try:
        return in_range((moment - _EPOCH) // _MICROSECOND)
    except OverflowError:
        raise ValueError("is not within the years 1 to 9999") from None


def _iso(text: str) -> datetime:
    try:
        return datetime.fromisoformat(text)
    except ValueError:
        raise ValueError("is not an RFC 3339 timestamp") from None


def _common(text: str) -> datetime:
    # The C parser takes a tenth of strptime's time; the shape test keeps out other ISO forms of the same length.
    if len(text) == 19 and text[7] == "-" and text[10] == " ":
        try:
            return datetime.fromisoformat(text)
        except ValueError:
            pass
    return _strptime(text, "%Y-%m-%d %H:%M:%S")


def _strptime(text: str, pattern: str, told: str = "") -> datetime:
    """`told`: the form that the error names, where it is another than `pattern`."""
    try:
        return datetime.strptime(text, pattern)  # noqa: DTZ007 - the zone is applied by the caller
    except (ValueError, OverflowError):
        raise ValueError(f"is not a timestamp of the form {told or pattern!r}") from None


def to_datetime(moment_us: int) -> datetime:
    """Microseconds → an aware UTC datetime; outside the years 1 to 9999 the nearest one."""
    return _EPOCH + timedelta(microseconds=min(max(moment_us, EARLIEST_US), LATEST_US))


def from_datetime(moment: datetime) -> int:
    """An aware datetime → microseconds."""
    return (moment - _EPOCH) // _MICROSECOND
