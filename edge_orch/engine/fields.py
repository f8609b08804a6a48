"""One field of `schematize`: what it accepts, and the reason it gives when it does not."""

from __future__ import annotations

from collections.abc import Callable
from math import ceil, floor
from typing import Annotated, Any

import msgspec

from edge_orch.engine import stamps, texts
from edge_orch.engine.patterns import whole_matcher
from edge_orch.errors import Invalid, Problem
from edge_orch.plan.schema import FieldType
from edge_orch.plan.steps import ParsedField

Parser = Callable[[Any], Any]

_UNIX_SECONDS = msgspec.Meta(ge=stamps.EARLIEST_US / 1e6, lt=(stamps.LATEST_US + 1) / 1e6)


_PLAIN_TYPES = {FieldType.BOOL: bool, FieldType.STRING: str, FieldType.FLOAT: float}


def column_of(field: ParsedField) -> str:
    """The column or group that a field of text reads. Raises `Invalid` for a path that goes deeper."""
    if len(field.path) != 1:
        raise Invalid(Problem(f"field `{field.name}`: a column or group has no inner path", found=".".join(field.path)))
    return field.path[0]


def text_parser(field: ParsedField) -> Parser:
    """A parser of the field's text (None: there was none), bounds included; raises `ValueError` with a reason.

    An optional field is NULL when its text is missing or empty. A required text may be empty.
    """
    parse = _bounded(field, _parser(field))
    nulls = frozenset(field.nulls)

    def parse_text(text: str | None) -> Any:
        if text in nulls:
            text = None
        if not text:
            if not field.required:
                return None
            if text is None:
                raise ValueError("is missing")
        return parse(text)

    return parse_text


def json_parser(field: ParsedField) -> Parser | None:
    """What is left to do with a decoded, non-NULL JSON value; None when the decoder has seen to everything."""
    if field.json:
        return _json_text if field.required else _json_text_or_null
    if field.type is FieldType.TIMESTAMP and field.format != "unix_s":
        return _parser(field)
    if field.type is FieldType.STRING and field.pattern is not None:
        return _bounded(field, lambda text: text)
    return None


def json_type(field: ParsedField) -> Any:
    """The type that msgspec decodes the field to, with the bounds it can check."""
    if field.json:
        return msgspec.Raw
    if field.type is FieldType.INT:
        low = texts.SMALLEST if field.min is None else max(ceil(field.min), texts.SMALLEST)
        high = texts.LARGEST if field.max is None else min(floor(field.max), texts.LARGEST)
        return Annotated[int, msgspec.Meta(ge=low, le=high)]
    if field.type is FieldType.FLOAT and not (field.min is None and field.max is None):
        return Annotated[float, msgspec.Meta(ge=field.min, le=field.max)]
    if field.type is FieldType.TIMESTAMP:
        if field.format == "unix_s":
            return Annotated[float, _UNIX_SECONDS]
        # Protobuf's JSON, as OTLP, writes whole numbers of 64 bits as texts.
        return int | float | str if field.format in stamps.UNIX_UNITS else str
    return _PLAIN_TYPES[field.type]


def one_line(data: bytes) -> str:
    """The text of sound JSON, on one line: a record that leaves is one. UnicodeDecodeError for what is no UTF-8."""
    if b"\n" in data or b"\r" in data:
        data = msgspec.json.format(data, indent=-1)
    return data.decode()


def _json_text(raw: msgspec.Raw) -> str:
    text = _json_text_or_null(raw)
    if text is None:
        raise ValueError("is null")
    return text


def _json_text_or_null(raw: msgspec.Raw) -> str | None:
    text = one_line(bytes(raw))
    return None if text == "null" else text


def _parser(field: ParsedField) -> Parser:
    match field.type:
        case FieldType.BOOL:
            return texts.to_bool
        case FieldType.INT:
            return texts.to_int
        case FieldType.FLOAT:
            return texts.to_float if field.decimal == "." else texts.to_comma_float
        case FieldType.STRING:
            return lambda text: text
        case FieldType.TIMESTAMP:
            return _stamp_parser(field)


def _stamp_parser(field: ParsedField) -> Parser:
    if field.format not in stamps.UNIX_UNITS:
        return stamps.text_parser(field.format, field.zone)
    from_number = stamps.number_parser(field.format)

    def parse(value: str | float) -> int:
        if not isinstance(value, str):
            return from_number(value)
        try:
            number: float = texts.to_int(value)
        except ValueError:
            number = texts.to_float(value)
        return from_number(number)

    return parse


def _bounded(field: ParsedField, parse: Parser) -> Parser:
    low, high = field.min, field.max
    if field.type in (FieldType.INT, FieldType.FLOAT) and not (low is None and high is None):

        def parse_number(text: str) -> float:
            value: float = parse(text)
            if low is not None and value < low:
                raise ValueError(f"is below {low:g}")
            if high is not None and value > high:
                raise ValueError(f"is above {high:g}")
            return value

        return parse_number
    if field.type is FieldType.STRING and field.pattern is not None:
        matches = whole_matcher(field.pattern)

        def parse_matching(text: str) -> str:
            if matches(text) is None:
                raise ValueError(f"does not match {field.pattern}")
            return text

        return parse_matching
    return parse
