"""Functions of JSON text. What is no JSON, or has nothing at the path, is NULL; so is a JSON null."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from math import fsum

import msgspec

from edge_orch.engine.encoding import json_bytes
from edge_orch.plan.json_path import EVERY_ELEMENT, JsonPath, parse_json_path

_object = msgspec.json.Decoder(dict[str, msgspec.Raw]).decode
_array = msgspec.json.Decoder(list[msgspec.Raw]).decode
_value = msgspec.json.Decoder(msgspec.Raw).decode
_text = msgspec.json.Decoder(str).decode
_numbers = msgspec.json.Decoder(list[float | None]).decode

MOST_ELEMENTS = 100_000
"""Of one array, and records that may come of one: a few hundred kilobytes of commas must not fill the memory of a
device, nor hold up what comes behind them.
"""

ERRORS = (msgspec.MsgspecError, RecursionError, UnicodeError)


def json_extract(path: str) -> Callable[[str], str | None]:
    """A function: JSON text → the JSON text of what lies at the path, on one line."""
    parts = parse_json_path(path)

    def extract(text: str) -> str | None:
        raw = _found(text, parts)
        return None if raw is None else _line(raw)

    return extract


def json_extract_string(path: str) -> Callable[[str], str | None]:
    """A function: JSON text → what lies at the path: a text as it is, anything else as JSON."""
    parts = parse_json_path(path)
    return lambda text: _shown(_found(text, parts))


def json_member(text: str, key: str | int) -> str | None:
    """The JSON of the member called so, or of the element at that place: from 0, or from the end if negative."""
    raw = _found(text, (key,))
    return None if raw is None else _line(raw)


def json_member_string(text: str, key: str | int) -> str | None:
    """The same: a text as it is, anything else as JSON."""
    return _shown(_found(text, (key,)))


def json_array_length(text: str) -> int | None:
    """How many elements the array has; NULL for what is no array."""
    try:
        return len(_array(text))
    except ERRORS:
        return None


def list_sum(text: str) -> float | None:
    """The sum of the numbers of an array; NULL where there is none, or another element."""
    numbers = _numbers_of(text)
    return _summed(numbers) if numbers else None


def list_avg(text: str) -> float | None:
    """The mean of the numbers of an array; NULL where there is none, or another element."""
    numbers = _numbers_of(text)
    total = _summed(numbers) if numbers else None
    return None if total is None else total / len(numbers)


def list_min(text: str) -> float | None:
    """The least number of an array; NULL where there is none, or another element."""
    return min(_numbers_of(text), default=None)


def list_max(text: str) -> float | None:
    """The greatest number of an array; NULL where there is none, or another element."""
    return max(_numbers_of(text), default=None)


def json_valid(text: str) -> bool:
    """Whether the text is JSON."""
    try:
        _value(text)
    except ERRORS:
        return False
    return True


def json_text(value: object) -> str:
    """Lists and mappings of plain values, and of JSON that is made already, as JSON."""
    return json_bytes(value).decode()


def with_keys(members: Iterable[tuple[str | None, object]]) -> dict[str, object]:
    """The members of an object without those whose key is NULL."""
    return {key: value for key, value in members if key is not None}


def _numbers_of(text: str) -> list[float]:
    """The numbers of an array but its nulls; none where another element is among them."""
    try:
        return [number for number in _numbers(text) if number is not None]
    except ERRORS:
        return []


def _summed(numbers: list[float]) -> float | None:
    try:
        return fsum(numbers)
    except OverflowError:
        return None


def _found(text: str, path: JsonPath) -> bytes | None:
    """The JSON at the path; each part is decoded no deeper than it must be."""
    try:
        raw = _value(text)
    except ERRORS:
        return None
    try:
        there = _followed(raw, path)
    except (*ERRORS, IndexError):
        there = None
    if there is None:
        return b"[]" if any(isinstance(part, tuple) for part in path) else None
    found = bytes(there).strip()
    return None if found == b"null" else found


def _followed(raw: msgspec.Raw, path: JsonPath) -> msgspec.Raw | None:
    """What lies there, None if nothing does; behind a wildcard an array of all there is."""
    for place, part in enumerate(path):
        if isinstance(part, tuple):
            return _each(raw, part, path[place + 1 :])
        inner = _object(raw).get(part) if isinstance(part, str) else _array(raw)[part]
        if inner is None:
            return None
        raw = inner
    return raw


def _each(raw: msgspec.Raw, wildcard: tuple[str], path: JsonPath) -> msgspec.Raw:
    """An array of what lies at the path in each element or member; behind a second wildcard, of all of these."""
    try:
        inside = list(_array(raw) if wildcard == (EVERY_ELEMENT,) else _object(raw).values())
    except ERRORS:
        inside = []
    found: list[msgspec.Raw] = []
    several = any(isinstance(part, tuple) for part in path)
    for each in inside:
        try:
            there = _followed(each, path)
        except (*ERRORS, IndexError):
            continue
        if there is not None:
            found += _array(there) if several else [there]
    return msgspec.Raw(b"[" + b",".join(bytes(each).strip() for each in found) + b"]")


def _shown(raw: bytes | None) -> str | None:
    if raw is None:
        return None
    return _text(raw) if raw.startswith(b'"') else _line(raw)


def _line(raw: bytes) -> str:
    """JSON between whose tokens no line ends: records are lines."""
    if b"\n" in raw or b"\r" in raw:
        raw = msgspec.json.format(raw, indent=-1)
    return raw.decode()
