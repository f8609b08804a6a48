"""InfluxDB line protocol: `measurement,tag=a field=1i,other="text" 1767225600000000000`."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence

from edge_orch.engine.calls.json import MOST_ELEMENTS
from edge_orch.engine.encoding import json_bytes

_MEASUREMENT = re.compile(r"((?:[^,\\ ]++|\\.)++)", re.DOTALL)
_TAG = re.compile(r",((?:[^,=\\ ]++|\\.)++)=((?:[^,=\\ ]++|\\.)++)", re.DOTALL)
_FIELD = re.compile(r'((?:[^,=\\ ]++|\\.)++)=(?:"((?:[^"\\]++|\\.)*+)"|([^," ]+))', re.DOTALL)
_STAMP = re.compile(r" +(-?[0-9]{1,20}) *")
_VALUE = re.compile(
    r"([-+]?[0-9]+)[iu]|([-+]?(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][-+]?[0-9]+)?"
    r"|[tTfF]|true|True|TRUE|false|False|FALSE)"
)
_WHOLE = re.compile(r"[-+]?[0-9]{1,19}")
_ESCAPE = re.compile(r"\\([,= ])")
_QUOTED_ESCAPE = re.compile(r'\\(["\\])')

Parts = dict[tuple[str, ...], str | None]


def influx_parser(paths: Sequence[tuple[str, ...]]) -> Callable[[str, int], list[str | None] | None]:
    """Fields by measurement, tags.NAME, fields.NAME, timestamp; `tags` and `fields` alone are JSON objects of all.

    A line that begins with `#` is no record.
    """
    wanted = tuple(paths)
    whole = not {("tags",), ("fields",)}.isdisjoint(wanted)

    def parse(line: str, _now_us: int) -> list[str | None] | None:
        if line.startswith("#"):
            return None
        quoted: set[str] = set()
        parts = _parts(line, quoted)
        if whole:
            members = _members(parts, "fields")
            values = {name: text if name in quoted else _json(text) for name, text in members.items()}
            parts[("fields",)] = json_bytes(values).decode()
            parts[("tags",)] = json_bytes(_members(parts, "tags")).decode()
        return [parts.get(path) for path in wanted]

    return parse


def _members(parts: Parts, kind: str) -> dict[str, str]:
    return {path[1]: text for path, text in parts.items() if len(path) > 1 and path[0] == kind and text is not None}


def _json(bare: str) -> bool | int | float:
    if bare[0] in "tTfF":
        return bare[0] in "tT"
    return int(bare) if _WHOLE.fullmatch(bare) else float(bare)


def _parts(line: str, quoted: set[str]) -> Parts:
    name = _MEASUREMENT.match(line)
    if name is None:
        raise ValueError("has no measurement")
    parts: Parts = {("measurement",): _plain(name[1])}
    position = name.end()
    for _ in range(MOST_ELEMENTS):
        tag = _TAG.match(line, position)
        if tag is None:
            break
        parts["tags", _plain(tag[1])] = _plain(tag[2])
        position = tag.end()
    if not line.startswith(" ", position):
        raise ValueError("has tags out of form")
    while line.startswith(" ", position):
        position += 1
    position = _fields(line, position, parts, quoted)
    stamp = _STAMP.fullmatch(line, position)
    if stamp is not None:
        parts[("timestamp",)] = stamp[1]
    elif line[position:].strip(" "):
        raise ValueError("has a timestamp that is no whole number")
    return parts


def _fields(line: str, position: int, parts: Parts, quoted: set[str]) -> int:
    """Adds the fields to `parts`, and the names of those whose value is a text to `quoted`; gives where they end."""
    for _ in range(MOST_ELEMENTS):
        field = _FIELD.match(line, position)
        if field is None:
            raise ValueError("has fields out of form")
        key, text, bare = field.groups()
        name = _plain(key)
        if bare is None:
            parts["fields", name] = _QUOTED_ESCAPE.sub(r"\1", text)
            quoted.add(name)
        else:
            parts["fields", name] = _value(bare)
            quoted.discard(name)
        position = field.end()
        if not line.startswith(",", position):
            return position
        position += 1
    raise ValueError(f"has more than {MOST_ELEMENTS:,} fields")


def _value(text: str) -> str:
    value = _VALUE.fullmatch(text)
    if value is None:
        raise ValueError("has a field value that is no number, true, false or quoted text")
    return value[1] or value[2]


def _plain(text: str) -> str:
    return _ESCAPE.sub(r"\1", text) if "\\" in text else text
