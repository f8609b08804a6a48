"""Fields that are the same in all records stand in what leaves as any other."""

from __future__ import annotations

import re

import msgspec
import pytest

from edge_orch.engine.pipeline import Pipeline
from edge_orch.plan.schema import Field, Schema
from edge_orch.plan.steps import Assignment, Map
from tests.unit.engine.plans import (
    BOOL,
    FLOAT,
    INT,
    STRING,
    TIMESTAMP,
    batch,
    col,
    lit,
    mapped,
    parsed,
    pipeline,
    plan,
    schematize,
)

READ = schematize(parsed("x", FLOAT))
CONSTANTS = {
    "ä": (lit('1\u00fc"', STRING), '"1\u00fc\\""'),
    "b": (lit(None, STRING), "null"),
    "c": (lit(-2, INT), "-2"),
    "d": (lit(1_000_000, TIMESTAMP), '"1970-01-01T00:00:01Z"'),
    "e": (lit(None, TIMESTAMP), "null"),
    "f": (lit('{"y": [1]}', STRING), '{"y": [1]}'),
    "g": (lit(True, BOOL), "true"),
    "h": (lit(0.5), "0.5"),
}


def job(order: list[str]) -> Pipeline:
    """All constants and the field x, in that order; `f` holds JSON."""
    assignments = tuple(Assignment(name, value) for name, (value, _) in CONSTANTS.items())
    types = {name: value.type for name, (value, _) in CONSTANTS.items()} | {"x": FLOAT}
    fields = tuple(Field(name, types[name], json=name == "f") for name in order)
    return pipeline(plan(READ, Map("map", READ.name, assignments, Schema(fields))))


@pytest.mark.parametrize("order", [["x", *CONSTANTS], [*CONSTANTS, "x"], ["e", "d", "x", "f", "h"], list(CONSTANTS)])
def test_they_stand_where_they_belong(order: list[str]) -> None:
    written = {name: text for name, (_, text) in CONSTANTS.items()} | {"x": "1.5"}

    emission = job(order).process(batch(b'{"x":1.5}\n'))

    members = ",".join(f"{msgspec.json.encode(name).decode()}:{written[name]}" for name in order)
    assert emission.outputs["out"].data.decode() == f"{{{members}}}\n"


def test_those_side_by_side_are_one_piece() -> None:
    assert re.search(r"o0\(k\d, r0.a0, k\d\)", job(["d", "c", "x", "h", "g"]).code)


def test_what_a_later_step_replaces_is_not_fixed() -> None:
    fixed = mapped(READ, "one", y=(lit(1.0), FLOAT))

    emission = pipeline(plan(READ, fixed, mapped(fixed, "two", y=(col("x"), FLOAT)))).process(batch(b'{"x":2.5}\n'))

    assert emission.outputs["out"].data == b'{"x":2.5,"y":2.5}\n'
