"""Defaults from the job to the records: what has one is never NULL, in all three steps that parse."""

from __future__ import annotations

from edge_orch.compile import compile_job
from tests.unit.engine.plans import batch, pipeline, rows

JOB = """
apiVersion: edge-orch/v1
kind: Job
metadata: {name: a}
spec:
  source: {file: {path: x}}
  steps:
    - schematize: {json: {}, fields: {list: json, inner: string, unit: {type: string, default: C}}}
    - parse: {field: inner, json: {}, fields: {n: {type: int, path: a.n, default: 7}}}
    - drop: [inner]
    - explode: {field: list, fields: {v: {type: float, default: 1}}}
    - filter: v > 0 AND n > 0 AND unit <> ''
  outputs: {out: {from: filter, to: o}}
  sinks: {o: {file: {path: y}}}
"""


def test_what_has_a_default_is_never_null() -> None:
    job = compile_job(JOB, "job.yaml")
    assert {field.name: field.required for field in job.steps[-1].schema.fields} == {"unit": True, "n": True, "v": True}
    passed = pipeline(job).process(batch(b'{"list":[{},{"v":2},{"v":null}],"inner":"{}"}\n'))
    assert rows(passed) == [{"unit": "C", "n": 7, "v": v} for v in (1.0, 2.0, 1.0)]
