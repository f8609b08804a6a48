"""Explicit casts: which there are, and which of them can fail on data (and are NULL then)."""

from __future__ import annotations

from edge_orch.expr.conversion import is_required
from edge_orch.plan.expression import Call, Expression
from edge_orch.plan.schema import FieldType

BOOL, INT, FLOAT, STRING, TIMESTAMP = FieldType

# sqlglot's names of types → ours.
NAMES = {
    **dict.fromkeys(("BOOLEAN",), BOOL),
    **dict.fromkeys(("TINYINT", "SMALLINT", "INT", "BIGINT"), INT),
    **dict.fromkeys(("FLOAT", "DOUBLE"), FLOAT),
    **dict.fromkeys(("TEXT", "VARCHAR", "CHAR"), STRING),
    **dict.fromkeys(("TIMESTAMP", "TIMESTAMPTZ", "TIMESTAMPNTZ", "DATETIME"), TIMESTAMP),
}
# A timestamp is no number: what would its unit be?
_SAFE = {
    (BOOL, INT), (BOOL, FLOAT), (BOOL, STRING), (INT, BOOL), (INT, FLOAT), (INT, STRING), (FLOAT, BOOL),
    (FLOAT, STRING), (TIMESTAMP, STRING),
}  # fmt: skip
_MAY_FAIL = {(FLOAT, INT), (STRING, BOOL), (STRING, INT), (STRING, FLOAT), (STRING, TIMESTAMP)}


def allowed(origin: FieldType, to: FieldType) -> bool:
    """Whether a value of one type can be cast to another."""
    return (origin, to) in _SAFE | _MAY_FAIL


def may_fail(origin: FieldType, to: FieldType) -> bool:
    """Whether such a cast is NULL for some values."""
    return (origin, to) in _MAY_FAIL


def to_string(value: Expression) -> Expression:
    """`CAST(value AS string)`, which never fails."""
    return Call("cast_string", (value,), STRING, is_required(value))
