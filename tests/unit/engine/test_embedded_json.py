"""Fields of `type: json` leave as what they say, not as text."""

from __future__ import annotations

from edge_orch.compile import compile_job
from tests.unit.engine.plans import batch, pipeline, rows

JOB = """
apiVersion: edge-orch/v1
kind: Job
metadata: {name: nested}
spec:
  source: {mqtt: {topic: x}}
  steps:
    - schematize:
        json: {}
        fields: {id: int, place: json, tags: {type: json, required: false}}
    - map: {copy: place, text: place || ''}
    - name: masked
      mask: {copy: redact}
  outputs:
    plain: {from: map, to: file}
    masked: {from: masked, to: file}
  sinks: {file: {file: {path: x}}}
"""


def test_json_stands_as_json_until_it_is_made_a_text() -> None:
    running = pipeline(compile_job(JOB, "job.yaml"))
    record = b'{"id": 1, "place": {"city": "Linz",\n "at": [48.3, 14.3]}, "tags": null}'

    emission = running.process(batch([record, b'{"id": 2, "place": "x", "tags": [1]}']))

    place = {"city": "Linz", "at": [48.3, 14.3]}
    text = '{"city":"Linz","at":[48.3,14.3]}'
    assert rows(emission, "plain") == [
        {"id": 1, "place": place, "tags": None, "copy": place, "text": text},
        {"id": 2, "place": "x", "tags": [1], "copy": "x", "text": '"x"'},
    ]
    assert [row["copy"] for row in rows(emission, "masked")] == ["[REDACTED]", "[REDACTED]"]


def test_json_is_made_of_fields_and_of_json() -> None:
    made = """
    - map:
        at: CAST('2026-01-02T03:04:05Z' AS timestamp)
        first: tags -> 0
        name: place ->> '$.city'
    - name: made
      map:
        all: >-
          json_object('id', id, 'it''s', json_array(id / 0, name, at, TRUE), 'place', place, 'tags', tags,
          'first', first, 'text', place || '')
    - name: kept
      select: [all, first, name]
"""
    job = JOB[: JOB.index("    - map: {copy")] + made.lstrip("\n")
    job += "  outputs: {out: {from: kept, to: file}}\n  sinks: {file: {file: {path: x}}}\n"
    emission = pipeline(compile_job(job, "job.yaml")).process(
        batch([b'{"id": 1, "place": {"city": "Linz"}, "tags": [{"a": 1e400}]}', b'{"id": 2, "place": 1.50}'])
    )
    assert emission.outputs["out"].data.decode().splitlines() == [
        '{"all":{"id":1,"it\'s":[null,"Linz","2026-01-02T03:04:05Z",true],"place":{"city": "Linz"},'
        '"tags":[{"a": 1e400}],'
        '"first":{"a": 1e400},"text":"{\\"city\\": \\"Linz\\"}"},"first":{"a": 1e400},"name":"Linz"}',
        '{"all":{"id":2,"it\'s":[null,null,"2026-01-02T03:04:05Z",true],"place":1.50,"tags":null,"first":null,'
        '"text":"1.50"},'
        '"first":null,"name":null}',
    ]
