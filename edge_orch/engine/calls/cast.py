"""Casts. One that cannot be done is NULL (SQL's `try_cast`)."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from edge_orch.engine import stamps, texts
from edge_orch.engine.encoding import json_bytes
from edge_orch.plan.schema import FieldType

BOOL, INT, FLOAT, STRING, TIMESTAMP = FieldType

Cast = Callable[[Any], Any]

_parse_stamp = stamps.text_parser("rfc3339", "UTC")


def _or_null(parse: Cast) -> Cast:
    def cast(value: Any) -> Any:
        try:
            return parse(value)
        except ValueError:
            return None

    return cast


def _never(_value: Any) -> None:
    return None


def _same(value: Any) -> Any:
    return value


def _float_to_int(value: float) -> int | None:
    whole = round(value)
    return whole if texts.SMALLEST <= whole <= texts.LARGEST else None


def _number_to_text(value: float) -> str:
    return json_bytes(value).decode()


CASTS: dict[tuple[FieldType, FieldType], Cast] = {
    (BOOL, INT): int,
    (BOOL, FLOAT): float,
    (BOOL, STRING): _number_to_text,
    (INT, BOOL): bool,
    (INT, FLOAT): float,
    (INT, STRING): str,
    (INT, TIMESTAMP): _or_null(stamps.number_parser("unix_s")),
    (FLOAT, BOOL): bool,
    (FLOAT, INT): _float_to_int,
    (FLOAT, STRING): _number_to_text,
    (FLOAT, TIMESTAMP): _or_null(stamps.number_parser("unix_s")),
    (STRING, BOOL): _or_null(texts.to_bool),
    (STRING, INT): _or_null(texts.to_int),
    (STRING, FLOAT): _or_null(texts.to_float),
    (STRING, TIMESTAMP): _or_null(_parse_stamp),
    (TIMESTAMP, STRING): stamps.format_stamp,
    (TIMESTAMP, INT): _same,
    (TIMESTAMP, FLOAT): float,
}
_MAY_FAIL = {(FLOAT, INT)} | {pair for pair in CASTS if pair[0] is STRING or pair[1] is TIMESTAMP}


def cast(source: FieldType, target: FieldType) -> Cast:
    """What turns a value of one type into another; NULL for types that have no cast."""
    if source is target:
        return _same
    return CASTS.get((source, target), _never)


def may_fail(source: FieldType, target: FieldType) -> bool:
    """Whether such a cast is NULL for some values."""
    return source is not target and ((source, target) in _MAY_FAIL or (source, target) not in CASTS)
