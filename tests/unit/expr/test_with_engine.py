"""What the front end types, the engine computes: a value said never to be NULL is none, and types are kept."""

from __future__ import annotations

import msgspec
import pytest

from edge_orch.compile import compile_job
from edge_orch.engine.pipeline import Pipeline
from edge_orch.engine.records import Batch, Device
from edge_orch.plan.schema import FieldType
from edge_orch.time import Instant
from tests.unit.expr.test_rules import ROWS

JOB = """
apiVersion: edge-orch/v1
kind: Job
metadata: {name: a}
spec:
  params:
    limit: {type: float, default: 2.5}
  source: {file: {path: x}}
  steps:
    - schematize:
        json: {}
        fields:
          b: bool
          i: int
          f: float
          s: string
          t: timestamp
          maybe_b: {type: bool, required: false}
          maybe_i: {type: int, required: false}
          maybe_f: {type: float, required: false}
          maybe_s: {type: string, required: false}
          maybe_t: {type: timestamp, required: false}
    - map:
        x: %s
    - select: [x]
  outputs: {out: {from: select, to: out}}
  sinks: {out: {file: {path: y}}}
"""
LINES = b"""\
{"b": true, "i": 7, "f": 1.5, "s": "a", "t": "2026-01-02T03:04:05Z"}
{"b": false, "i": -9223372036854775807, "f": -1e308, "s": "", "t": "0001-01-01T00:00:00Z", "maybe_b": false}
{"b": true, "i": 0, "f": 0.0, "s": "5", "t": "9999-12-31T23:59:59Z", "maybe_i": 0, "maybe_f": 0.5, "maybe_s": "x"}
"""
JSON_TYPES = {FieldType.BOOL: bool, FieldType.INT: int, FieldType.STRING: str, FieldType.TIMESTAMP: str}


@pytest.mark.parametrize("text", [row[0].replace("##", "||") for row in ROWS])
def test_a_typed_expression_computes(text: str) -> None:
    plan = compile_job(JOB % f'"{text}"' if '"' not in text else JOB % f"'{text}'", "a.yaml")
    pipeline = Pipeline(plan, device=Device("d", {"site": "austin"}))
    emission = pipeline.process(Batch("p", LINES, Instant(0, 0, "boot"), context={"topic": "t"}))
    field = plan.steps[-1].schema.fields[0]
    values = [msgspec.json.decode(line)["x"] for line in emission.outputs["out"].data.splitlines()]
    assert len(values) + len(emission.dead) == 3
    for value in values:
        assert value is not None or not field.required
        assert value is None or field.json or isinstance(value, JSON_TYPES.get(field.type, float))


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("to_json(f)", [1.5, -1e308, 0.0]),
        ("to_json(s)", ["a", "", "5"]),
        ("to_json(to_json(s))", ["a", "", "5"]),
        ("to_json(t)", ["2026-01-02T03:04:05Z", "0001-01-01T00:00:00Z", "9999-12-31T23:59:59Z"]),
        ("to_json(maybe_b)", [None, False, None]),
        ("to_json(json_array(i, to_json(b)))", [[7, True], [-(1 << 63) + 1, False], [0, True]]),
        ("CASE WHEN b THEN to_json(i) ELSE json_array(s) END", [7, [""], 0]),
    ],
)
def test_values_stand_beside_json(text: str, expected: list[object]) -> None:
    pipeline = Pipeline(compile_job(JOB % text, "a.yaml"), device=Device("d"))
    emission = pipeline.process(Batch("p", LINES, Instant(0, 0, "boot")))
    assert [msgspec.json.decode(line)["x"] for line in emission.outputs["out"].data.splitlines()] == expected
