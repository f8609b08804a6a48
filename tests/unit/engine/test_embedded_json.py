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
