"""Paths into JSON: `$.a.b[0]`, `$."a key".c`, `$[-1]`, `$.list[*].a`, `$.object.*`, or a bare key.

Keys stand without quotes as far as XML's do: `$.order.@id`, `$.#text`, `$.ns:item`.

Shared by those who check and who follow them.
"""

from __future__ import annotations

import re

EVERY_ELEMENT = "[*]"
JsonPath = tuple[str | int | tuple[str], ...]
"""Keys of objects, places in arrays (from 0, or from the end if negative), and wildcards, each in a tuple alone."""

_PART = re.compile(r'\.(?:([@#]?[^\W\d][\w:-]*)|"((?:[^"\\]|\\.)*)")|\[(-?[0-9]{1,9})\]|(\[\*\]|\.\*)')
_ESCAPE = re.compile(r"\\(.)")


def parse_json_path(text: str) -> JsonPath:
    """The parts of a path; text that does not begin with `$` is one key. Raises `ValueError` for what is none."""
    if not text.startswith("$"):
        if not text:
            raise ValueError("is empty")
        return (text,)
    parts: list[str | int | tuple[str]] = []
    position = 1
    while position < len(text):
        match = _PART.match(text, position)
        if match is None:
            raise ValueError(f"cannot be read from `{text[position:]}` on")
        key, quoted, place, every = match.groups()
        named = key if quoted is None else _ESCAPE.sub(r"\1", quoted)
        parts.append((every,) if every else int(place) if place else named)
        position = match.end()
    return tuple(parts)
