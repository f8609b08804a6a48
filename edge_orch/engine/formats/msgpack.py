"""MessagePack records, decoded as JSON is: to a generated struct, by msgspec, which passes over what no field reads."""

from __future__ import annotations

from base64 import b64decode
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from math import isfinite
from typing import Any

import msgspec

from edge_orch.engine import stamps
from edge_orch.engine.casualties import explained
from edge_orch.engine.encoding import json_bytes
from edge_orch.engine.fields import json_parser, json_type
from edge_orch.engine.formats.msgpack_sequence import array_of
from edge_orch.engine.json_lines import DECODE_ERRORS
from edge_orch.engine.json_objects import Misfit, Wire, element_reader
from edge_orch.plan.schema import FieldType
from edge_orch.plan.steps import ParsedField

MOST_JSON = 1 << 20
"""Bytes of one value that become JSON: each may be an object of its own while they do."""
_EVENT_TIME = 0
"""Fluentd's extension: seconds and nanoseconds of 32 bits each."""
_EMPTY = b"\x80"


def msgpack_reader(
    fields: Sequence[ParsedField], *, sequence: bool = False
) -> Callable[[bytes | str | None], tuple[Any, ...]]:
    """A reader of records: the values of `fields`. Raises `Misfit`. A `str` is base64, and None an empty map.

    `sequence`: a record is read as the array of the values that follow each other in it; None is one of none.
    """
    read = element_reader(fields, Wire(msgspec.msgpack.Decoder, _type, _parser))
    names = {".".join(field.path): field.name for field in fields}
    empty = b"" if sequence else _EMPTY

    def read_record(record: bytes | str | None) -> tuple[Any, ...]:
        try:
            data = (
                record if isinstance(record, bytes) else empty if record is None else b64decode(record, validate=True)
            )
        except ValueError:
            raise Misfit("", "is not base64") from None
        if sequence:
            data = _as_array(data)
        try:
            return read(data)
        except DECODE_ERRORS as error:
            raise Misfit(*reversed(explained(error, names))) from None

    return read_record


def _as_array(data: bytes) -> bytes:
    """The values that follow each other there; all of them are to become JSON, so that more is not looked through."""
    try:
        _bound(len(data))
        return array_of(data)
    except ValueError as error:
        raise Misfit("", str(error)) from None


def _bound(size: int) -> None:
    if size > MOST_JSON:
        raise ValueError(f"has {size:,} bytes; at most {MOST_JSON:,} become JSON")


def _type(field: ParsedField) -> Any:
    return msgspec.Raw if field.json or field.type is FieldType.TIMESTAMP else json_type(field)


def _parser(field: ParsedField) -> Callable[[Any], Any] | None:
    if field.json:
        return _or_null(field, _json)
    if field.type is FieldType.TIMESTAMP:
        return _or_null(field, _stamp_parser(field))
    return _finite if field.type is FieldType.FLOAT else json_parser(field)


def _or_null(field: ParsedField, parse: Callable[[msgspec.Raw], Any]) -> Callable[[msgspec.Raw], Any]:
    def parse_raw(raw: msgspec.Raw) -> Any:
        if bytes(raw) != b"\xc0":
            return parse(raw)
        if field.required:
            raise ValueError("is null")
        return None

    return parse_raw


def _json(raw: msgspec.Raw) -> str:
    _bound(len(memoryview(raw)))
    try:
        return json_bytes(_decode(raw)).decode()
    except TypeError:
        raise ValueError("has a key that JSON cannot have") from None
    except RecursionError:
        raise ValueError("is nested too deeply") from None


def _stamp_parser(field: ParsedField) -> Callable[[msgspec.Raw], int]:
    number = field.format in stamps.UNIX_UNITS
    from_number = stamps.number_parser(field.format) if number else None
    from_text = stamps.text_parser(field.format, field.zone) if from_number is None else None

    def parse(raw: msgspec.Raw) -> int:
        value = _decode(raw)
        if isinstance(value, datetime):
            return stamps.micros(value, UTC)
        if from_text is not None and isinstance(value, str):
            return from_text(value)
        if from_number is not None and isinstance(value, int | float) and not isinstance(value, bool):
            return from_number(_finite(value))
        raise ValueError(f"is no timestamp, but {type(value).__name__}")

    return parse


def _finite(value: float) -> float:
    if not isfinite(value):
        raise ValueError("is not a finite number")
    return value


def _extension(code: int, data: memoryview) -> datetime | bytes:
    if code == _EVENT_TIME and len(data) == 8:
        seconds, nanoseconds = int.from_bytes(data[:4]), int.from_bytes(data[4:])
        return stamps.to_datetime(seconds * 1_000_000 + nanoseconds // 1000)
    return bytes(data)


_decode = msgspec.msgpack.Decoder(ext_hook=_extension).decode
