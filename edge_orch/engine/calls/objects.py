"""Functions of JSON objects as wholes. Members stay as they were written, and where they stood.

What is no object, or one of more than `MOST_ELEMENTS` members, gives NULL.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import msgspec

from edge_orch.engine.calls.json import ERRORS, MOST_ELEMENTS, json_text
from edge_orch.engine.calls.lists import on_one_line, text_of
from edge_orch.engine.calls.text import MOST_MADE
from edge_orch.engine.encoding import json_bytes

_objects = msgspec.json.Decoder(list[dict[str, msgspec.Raw] | None]).decode
_object = msgspec.json.Decoder(dict[str, msgspec.Raw]).decode
_array = msgspec.json.Decoder(list[msgspec.Raw]).decode
_value = msgspec.json.Decoder(msgspec.Raw).decode
_NULL = b"null"
_MOST_DEPTH = 32
"""Levels of an object that is flattened: each is read once more than the one above."""


def json_keys(text: str) -> str | None:
    """An array of the names of an object's members; NULL for what is no object."""
    try:
        return json_text(list(_object(text)))
    except ERRORS:
        return None


def json_merge_patch(text: str, patch: str) -> str | None:
    """RFC 7396: the members of the patch in the object, at any depth; what is null in the patch is removed."""
    try:
        merged = on_one_line(_merged(bytes(_value(text)).strip(), bytes(_value(patch)).strip()))
    except ERRORS:
        return None
    return None if merged == _NULL else merged.decode()


def _merged(value: bytes, patch: bytes) -> bytes:
    if not patch.startswith(b"{"):
        return patch
    members = _object(value) if value.startswith(b"{") else {}
    for key, raw in _object(patch).items():
        new = bytes(raw)
        if new == _NULL:
            members.pop(key, None)
        else:
            members[key] = msgspec.Raw(_merged(bytes(members.get(key, _NULL)), new))
    return json_bytes(members)


def json_filter(text: str, keeps: Callable[[Any, str], bool], told: Callable[[bytes], object] = text_of) -> str | None:
    """The members for which `keeps` is true, which is told what `told` says of the value of each, and its key."""
    members = _members(text)
    if members is None:
        return None
    return _written({key: raw for key, raw in members.items() if keeps(told(bytes(raw)), key)})


def json_transform(
    text: str, value: Callable[[Any, str], object], told: Callable[[bytes], object] = text_of
) -> str | None:
    """The object with the values that `value` makes, told as in `json_filter`; None leaves a member as it is.

    NULL where it becomes too long.
    """
    members = _members(text)
    if members is None:
        return None
    room = MOST_MADE
    for key, raw in members.items():
        made = value(told(bytes(raw)), key)
        if made is not None:
            written = json_bytes(made)
            members[key] = msgspec.Raw(written)
            room -= len(written)
            if room < 0:
                return None
    return _written(members)


def json_rename(
    text: str, name: Callable[[Any, str], str | None], told: Callable[[bytes], object] = text_of
) -> str | None:
    """The object with the keys that `name` makes, told as in `json_filter`; None leaves one as it is.

    Of two that become the same, the latter counts. NULL where it becomes too long.
    """
    members = _members(text)
    if members is None:
        return None
    renamed: dict[str, msgspec.Raw] = {}
    room = MOST_MADE
    for key, raw in members.items():
        made = name(told(bytes(raw)), key)
        room -= len(made or "")
        if room < 0:
            return None
        renamed[key if made is None else made] = raw
    return _written(renamed)


def json_flatten(text: str, separator: str, arrays: bool = False) -> str | None:
    """The leaves of the object, each under the keys that lead to it; arrays and empty objects are leaves.

    `arrays`: elements are as members, their keys the places from 0. NULL for one of more than `_MOST_DEPTH` levels, or
    that becomes too long.
    """
    members = _members(text)
    try:
        return None if members is None else _written(dict(_leaves(members, separator, arrays=arrays)))
    except (*ERRORS, ValueError):
        return None


def json_unflatten(text: str, separator: str) -> str | None:
    """The object with each key taken apart at the separator, an object for each part; objects at one place are merged.

    Else the latter counts. NULL for keys of more than `_MOST_DEPTH` parts.
    """
    members = _members(text)
    if members is None or not separator:
        return None
    root: dict[str, Any] = {}
    for key, raw in members.items():
        *above, last = key.split(separator)
        if len(above) >= _MOST_DEPTH:
            return None
        node = root
        for part in above:
            inner = _inside(node.get(part))
            node[part] = node = {} if inner is None else inner
        there, new = _inside(node.get(last)), _inside(raw)
        node[last] = raw if there is None or new is None else there | new
    return on_one_line(json_bytes(root)).decode()


def json_entries(text: str) -> str | None:
    """An array of an object for each member: its `key` and its `value`."""
    members = _members(text)
    if members is None:
        return None
    return on_one_line(json_bytes([{"key": key, "value": raw} for key, raw in members.items()])).decode()


def list_merge(text: str) -> str | None:
    """One object of the members of all objects in the array; of a key that comes twice the latter, nulls left out."""
    try:
        found = _objects(text)
    except ERRORS:
        return None
    merged: dict[str, msgspec.Raw] = {}
    for members in found:
        merged |= members or {}
    return _written(merged) if len(merged) <= MOST_ELEMENTS else None


def _leaves(members: dict[str, msgspec.Raw], separator: str, *, arrays: bool) -> Iterator[tuple[str, msgspec.Raw]]:
    """Raises `ValueError` where they are too many, too deep or too long."""
    found, length = 0, 0
    ahead = [("", key, raw, 1) for key, raw in reversed(members.items())]
    while ahead:
        above, key, raw, depth = ahead.pop()
        name = above + key
        length += len(name)
        inner = _parts(raw, arrays=arrays)
        if length > MOST_MADE or depth > _MOST_DEPTH or found + len(ahead) + len(inner) > MOST_ELEMENTS:
            raise ValueError
        if inner:
            ahead.extend((name + separator, below, value, depth + 1) for below, value in reversed(inner))
        else:
            found += 1
            yield name, raw


def _parts(raw: msgspec.Raw, *, arrays: bool) -> list[tuple[str, msgspec.Raw]]:
    first = bytes(memoryview(raw)[:1])
    if first == b"{":
        return list(_object(raw).items())
    return [(str(place), each) for place, each in enumerate(_array(raw))] if arrays and first == b"[" else []


def _inside(value: object) -> dict[str, Any] | None:
    """The members of what is an object, written or not."""
    if isinstance(value, msgspec.Raw):
        return dict(_object(value)) if bytes(value).startswith(b"{") else None
    return value if isinstance(value, dict) else None


def _members(text: str) -> dict[str, msgspec.Raw] | None:
    try:
        found = _object(text)
    except ERRORS:
        return None
    return found if len(found) <= MOST_ELEMENTS else None


def _written(members: dict[str, msgspec.Raw]) -> str:
    return on_one_line(json_bytes(members)).decode()
