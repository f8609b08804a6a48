"""Implicit conversions: the few that lose nothing. Everything else needs a CAST."""

from __future__ import annotations

from collections.abc import Sequence

from edge_orch.plan.expression import Call, Expression, Literal
from edge_orch.plan.schema import FieldType
from edge_orch.time import parse_timestamp

NUMBERS = frozenset({FieldType.INT, FieldType.FLOAT})


def is_required(value: Expression) -> bool:
    """Whether it is never NULL."""
    return value.value is not None if isinstance(value, Literal) else value.required


def is_null(value: Expression) -> bool:
    """Whether it is the literal NULL, which fits every type."""
    return isinstance(value, Literal) and value.value is None


def common_type(values: Sequence[Expression]) -> FieldType | None:
    """The type that all values can have without loss; None if there is none. Only NULLs: text."""
    types = {value.type for value in values if not is_null(value)}
    if types == NUMBERS:
        return FieldType.FLOAT
    if types == {FieldType.STRING, FieldType.TIMESTAMP}:
        texts = [value for value in values if value.type is FieldType.STRING]
        return FieldType.TIMESTAMP if all(isinstance(text, Literal) for text in texts) else None
    if len(types) > 1:
        return None
    return types.pop() if types else FieldType.STRING


def converted(value: Expression, to: FieldType) -> Expression:
    """`value` as type `to`, which `common_type` allowed. Raises `ValueError` if text is not a timestamp."""
    if value.type is to:
        return value
    if isinstance(value, Literal):
        if value.value is None:
            return Literal(None, to)
        if to is FieldType.TIMESTAMP:
            return Literal(parse_timestamp(str(value.value)), to)
        return Literal(float(value.value), to)
    return Call("cast_float", (value,), to, is_required(value))


def mixed(values: list[Expression]) -> list[Expression]:
    """Ints among floats: literals become floats here, the rest when it is computed."""
    return [converted(value, FieldType.FLOAT) if isinstance(value, Literal) else value for value in values]
