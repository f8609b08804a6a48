"""Rows of JSON → the fields of a `schematize` that reads them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

import msgspec

from edge_orch.errors import Invalid
from edge_orch.time import parse_timestamp


class InferredField(msgspec.Struct, frozen=True):
    """A key of the rows. `type`: as in a job; lists and mappings are `json`. `required`: always there, never NULL."""

    name: str
    type: str
    required: bool


def inferred_fields(rows: Iterable[Mapping[str, Any]]) -> list[InferredField]:
    """The keys of all rows, in the order in which they first appear.

    Text is a timestamp if every value is RFC 3339; numbers are floats unless all are whole; where types disagree in
    another way, and where all is null, the field is text.
    """
    values: dict[str, list[Any]] = {}
    count = 0
    for row in rows:
        count += 1
        for name, value in row.items():
            values.setdefault(name, []).append(value)
    return [
        InferredField(
            name, _type([value for value in found if value is not None]), None not in found and len(found) == count
        )
        for name, found in values.items()
    ]


def _type(values: list[Any]) -> str:
    kinds = {type(value) for value in values}
    if kinds == {bool}:
        return "bool"
    if kinds == {int}:
        return "int"
    if kinds and kinds <= {int, float}:
        return "float"
    if kinds and kinds <= {list, dict}:
        return "json"
    return "timestamp" if kinds == {str} and all(map(_is_timestamp, values)) else "string"


def _is_timestamp(text: str) -> bool:
    try:
        parse_timestamp(text)
    except (ValueError, OverflowError, Invalid):
        return False
    return True
