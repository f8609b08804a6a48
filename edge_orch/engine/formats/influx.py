"""InfluxDB line protocol: `measurement,tag=a field=1i,other="text" 1767225600000000000`."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence

_MEASUREMENT = re.compile(r"((?:[^,\\ ]++|\\.)++)", re.DOTALL)
_TAG = re.compile(r",((?:[^,=\\ ]++|\\.)++)=((?:[^,=\\ ]++|\\.)++)", re.DOTALL)
_FIELD = re.compile(r'((?:[^,=\\ ]++|\\.)++)=(?:"((?:[^"\\]++|\\.)*+)"|([^," ]+))', re.DOTALL)
_STAMP = re.compile(r" +(-?[0-9]{1,20}) *")
_VALUE = re.compile(
    r"([-+]?[0-9]+)[iu]|([-+]?(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][-+]?[0-9]+)?"
    r"|[tTfF]|true|True|TRUE|false|False|FALSE)"
)
_ESCAPE = re.compile(r"\\([,= ])")
_QUOTED_ESCAPE = re.compile(r'\\(["\\])')

Parts = dict[tuple[str, ...], str | None]


def influx_parser(paths: Sequence[tuple[str, ...]]) -> Callable[[str, int], list[str | None] | None]:
    """Fields by measurement, tags.NAME, fields.NAME, timestamp. A line that begins with `#` is no record."""
    wanted = tuple(paths)

    def parse(line: str, _now_us: int) -> list[str | None] | None:
        if line.startswith("#"):
            return None
        get = _parts(line).get
        return [get(path) for path in wanted]

    return parse


def _parts(line: str) -> Parts:
    name = _MEASUREMENT.match(line)
    if name is None:
        raise ValueError("has no measurement")
    parts: Parts = {("measurement",): _plain(name[1])}
    position = name.end()
    while (tag := _TAG.match(line, position)) is not None:
        parts["tags", _plain(tag[1])] = _plain(tag[2])
        position = tag.end()
    if not line.startswith(" ", position):
        raise ValueError("has tags out of form")
    while line.startswith(" ", position):
        position += 1
    position = _fields(line, position, parts)
    stamp = _STAMP.fullmatch(line, position)
    if stamp is not None:
        parts[("timestamp",)] = stamp[1]
    elif line[position:].strip(" "):
        raise ValueError("has a timestamp that is no whole number")
    return parts


def _fields(line: str, position: int, parts: Parts) -> int:
    while True:
        field = _FIELD.match(line, position)
        if field is None:
            raise ValueError("has fields out of form")
        key, quoted, bare = field.groups()
        parts["fields", _plain(key)] = _QUOTED_ESCAPE.sub(r"\1", quoted) if bare is None else _value(bare)
        position = field.end()
        if not line.startswith(",", position):
            return position
        position += 1


def _value(text: str) -> str:
    value = _VALUE.fullmatch(text)
    if value is None:
        raise ValueError("has a field value that is no number, true, false or quoted text")
    return value[1] or value[2]


def _plain(text: str) -> str:
    return _ESCAPE.sub(r"\1", text) if "\\" in text else text
