from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from edge_orch.compile import compile_job
from edge_orch.engine.text_lines import encoded_lines
from tests.unit.engine.plans import batch, pipeline, rows

JOB = """
apiVersion: edge-orch/v1
kind: Job
metadata: {name: lines}
spec:
  source: {mqtt: {topic: x}}
  steps:
    - schematize: {raw: {}, fields: {line: string}}
    - parse: {field: line, json: {}, fields: {level: string, more: json}}
    - filter: level <> 'info'
    - map: {csv: "level || ',é'"}
  outputs:
    same: {from: filter, to: file, line: line}
    again: {from: filter, to: file, line: line}
    inner: {from: filter, to: file, line: more}
    csv: {from: map, to: file, line: csv}
    json: {from: map, to: file}
  sinks: {file: {file: {path: x}}}
"""
FILTERS = """
apiVersion: edge-orch/v1
kind: Job
metadata: {name: lines}
spec:
  source: {mqtt: {topic: x}}
  steps:
    - schematize: {json: {}, fields: {s: string, x: float}}
    - filter: x > 1
    - filter: x < 9
  outputs:
    first: {from: filter, to: file, line: s}
    last: {from: filter_2, to: file, line: s}
  sinks: {file: {file: {path: x}}}
"""


@given(st.lists(st.text(st.characters(codec="utf-8"))))
def test_each_text_is_one_line_that_has_all_of_it_but_breaks(texts: list[str]) -> None:
    data = encoded_lines(texts)
    lines = data.splitlines()
    assert len(lines) == len(texts)
    assert [line.decode() for line in lines] == [text.replace("\r", " ").replace("\n", " ") for text in texts]
    assert data.endswith(b"\n") or not texts


def test_a_text_leaves_as_it_stands_beside_records_as_json() -> None:
    lines = [
        b'{"level": "warn",  "more": {"a":\n[1]}, "undeclared": 1e2}',
        b'{"level": "info", "more": 1}',
        b'{"level":"error","more":"x"}',
    ]
    emission = pipeline(compile_job(JOB, "job.yaml")).process(batch(lines))
    same = b'{"level": "warn",  "more": {"a": [1]}, "undeclared": 1e2}\n{"level":"error","more":"x"}\n'
    assert emission.outputs["same"].data == emission.outputs["again"].data == same
    assert emission.outputs["inner"].data == b'{"a":[1]}\n"x"\n'
    assert emission.outputs["csv"].data == "warn,é\nerror,é\n".encode()
    assert emission.outputs["csv"].count == 2
    assert [row["level"] for row in rows(emission, "json")] == ["warn", "error"]


def test_lines_of_jobs_that_only_filter() -> None:
    lines = [b'{"s":"a","x":0}', b'{"s":"b","x":5}', b'{"s":"c","x":10}']
    emission = pipeline(compile_job(FILTERS, "job.yaml")).process(batch(lines))
    assert (emission.outputs["first"].data, emission.outputs["last"].data) == (b"b\nc\n", b"b\n")
