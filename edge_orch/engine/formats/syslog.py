"""Syslog lines by RFC 5424 and RFC 3164."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from datetime import date
from functools import lru_cache

from edge_orch.engine import stamps
from edge_orch.engine.calls.json import json_text
from edge_orch.plan.formats import SyslogFormat
from edge_orch.time import DAY

FACILITIES = (
    "kern", "user", "mail", "daemon", "auth", "syslog", "lpr", "news", "uucp", "cron", "authpriv", "ftp", "ntp",
    "security", "console", "solaris-cron", "local0", "local1", "local2", "local3", "local4", "local5", "local6",
    "local7",
)  # fmt: skip
SEVERITIES = ("emerg", "alert", "crit", "err", "warning", "notice", "info", "debug")

_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
_NEW = re.compile(r"<([0-9]{1,3})>([1-9][0-9]{0,2}) ([^ ]+) ([^ ]+) ([^ ]+) ([^ ]+) ([^ ]+) (?:(-)|(?=\[))", re.DOTALL)
_ELEMENT = re.compile(r'\[([^ =\]"]+)((?: +[^ =\]"]+="(?:[^"\\]++|\\.)*+")*) *\]', re.DOTALL)
_PARAM = re.compile(r' +([^ =\]"]+)="((?:[^"\\]++|\\.)*+)"', re.DOTALL)
_ESCAPE = re.compile(r'\\(["\\\]])')
_OLD = re.compile(
    r"(?:<(?P<priority>[0-9]{1,3})>)?"
    r"(?:(?P<month>[A-Z][a-z]{2}) {1,2}(?P<day>[0-9]{1,2}) (?P<clock>[0-9]{2}:[0-9]{2}:[0-9]{2}(?:\.[0-9]{1,6})?)"
    r"|(?P<stamp>[0-9]{4}-[^ ]+)) "
    r"(?:(?P<hostname>[^ ]*[^ :]) +)?"
    r"(?:(?P<appname>[^\[: ]+)(?:\[(?P<procid>[^\] ]*)\])?: ?)?(?P<message>.*)",
    re.DOTALL,
)

_DATA = ("structured_data",)

Parts = dict[tuple[str, ...], str | None]


def syslog_parser(format_: SyslogFormat, paths: Sequence[tuple[str, ...]]) -> Callable[[str, int], list[str | None]]:
    """Fields by `SYSLOG_PARTS`, `structured_data.ID.PARAM`, and `structured_data`, an object of these by ID.

    The nil value `-` is NULL.
    """
    parts = {"auto": _either, "rfc3164": _old, "rfc5424": _new}[format_.standard]
    wanted = tuple(paths)
    whole = _DATA in wanted

    def parse(line: str, now_us: int) -> list[str | None]:
        found = parts(line, now_us)
        if whole:
            found[_DATA] = _object_of(found)
        return [found.get(path) for path in wanted]

    return parse


def _object_of(parts: Parts) -> str | None:
    """The structured data; None if there is none."""
    elements: dict[str, dict[str, str | None]] = {}
    for path, text in parts.items():
        if len(path) == 3:
            elements.setdefault(path[1], {})[path[2]] = text
    return json_text(elements) if elements else None


def _either(line: str, now_us: int) -> Parts:
    return _new(line, now_us) if _NEW.match(line) else _old(line, now_us)


def _new(line: str, _now_us: int) -> Parts:
    head = _NEW.match(line)
    if head is None:
        raise ValueError("is not a syslog line of RFC 5424")
    parts = _priority(head[1])
    parts[("version",)] = head[2]
    for name, text in zip(("timestamp", "hostname", "appname", "procid", "msgid"), head.groups()[2:7], strict=True):
        parts[(name,)] = None if text == "-" else text
    position = head.end()
    if head[8] is None:
        position = _structured_data(line, position, parts)
    if position < len(line) and line[position] != " ":
        raise ValueError("has structured data out of form")
    parts[("message",)] = line[position + 1 :].removeprefix("\ufeff") if position < len(line) else None
    return parts


def _structured_data(line: str, position: int, parts: Parts) -> int:
    while position < len(line) and line[position] == "[":
        element = _ELEMENT.match(line, position)
        if element is None:
            raise ValueError("has structured data out of form")
        for name, value in _PARAM.findall(element[2]):
            parts["structured_data", element[1], name] = _ESCAPE.sub(r"\1", value)
        position = element.end()
    return position


def _old(line: str, now_us: int) -> Parts:
    head = _OLD.fullmatch(line)
    if head is None:
        raise ValueError("is not a syslog line of RFC 3164")
    parts = _priority(head["priority"])
    month = head["month"]
    parts[("timestamp",)] = head["stamp"] if month is None else _dated(month, head["day"], head["clock"], now_us)
    parts |= {(name,): head[name] for name in ("hostname", "appname", "procid", "message")}
    return parts


def _priority(text: str | None) -> Parts:
    if text is None:
        return {}
    priority = int(text)
    if priority > 191:
        raise ValueError("has a priority above 191")
    facility, severity = divmod(priority, 8)
    return {
        ("priority",): str(priority),
        ("facility",): FACILITIES[facility],
        ("facility_code",): str(facility),
        ("severity",): SEVERITIES[severity],
        ("severity_code",): str(severity),
    }


def _dated(month: str, day: str, clock: str, now_us: int) -> str:
    return f"{_date(month, int(day), now_us // DAY)}T{clock}"


@lru_cache(maxsize=64)
def _date(month: str, day: int, today: int) -> str:
    """The date, which names no year, in the year in which it lies nearest to `today`, counted in days since 1970."""
    if month not in _MONTHS:
        raise ValueError("has a month that is none")
    now = stamps.to_datetime(today * DAY).date()
    candidates = []
    for year in range(max(now.year - 1, 1), min(now.year + 1, 9999) + 1):
        try:
            candidates.append(date(year, _MONTHS.index(month) + 1, day))
        except ValueError:  # such as the 29th of February
            continue
    if not candidates:
        raise ValueError("has a date that is none")
    return min(candidates, key=lambda candidate: abs(candidate - now)).isoformat()
