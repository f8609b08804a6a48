"""The value of one expression, as the engine computes it for one record."""

from __future__ import annotations

from typing import Any

import msgspec

from edge_orch.plan.expression import Expression
from edge_orch.plan.schema import FieldType
from tests.unit.engine.plans import (
    BOOL,
    FLOAT,
    INT,
    STRING,
    TIMESTAMP,
    batch,
    col,
    filtered,
    mapped,
    parsed,
    pipeline,
    plan,
    rows,
    schematize,
)

NULLABLE = schematize(
    parsed("a", BOOL, required=False),
    parsed("b", BOOL, required=False),
    parsed("i", INT, required=False),
    parsed("j", INT, required=False),
    parsed("x", FLOAT, required=False),
    parsed("y", FLOAT, required=False),
    parsed("s", STRING, required=False),
    parsed("t", STRING, required=False),
    parsed("at", TIMESTAMP, required=False),
    parsed("to", TIMESTAMP, required=False),
)


def evaluate(node: Expression, type_: FieldType, **record: Any) -> Any:
    """The value of an expression for one record; the record must not die of it."""
    job = plan(NULLABLE, mapped(NULLABLE, value=(node, type_)))
    emission = pipeline(job).process(batch(msgspec.json.encode(record)))
    assert not emission.dead
    return rows(emission)[0]["value"]


def passes(node: Expression, **record: Any) -> bool:
    emission = pipeline(plan(NULLABLE, filtered(node, NULLABLE))).process(batch(msgspec.json.encode(record)))
    return bool(rows(emission))


A, B = col("a", BOOL), col("b", BOOL)

IN, J, X, Y = col("i", INT), col("j", INT), col("x"), col("y")

S, T = col("s", STRING), col("t", STRING)

VALUES = (True, False, None)
