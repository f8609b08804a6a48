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
        fields: {id: int, text: string, place: json, tags: {type: json, required: false}}
    - map:
        copy: place
        text: place || ''
        made: >-
          json_object('id', id, 'at', json_array(source.received_at, NULL, id / (0)), 'where', json_object('is', place))
        city: place -> '$.city'
        read: json_extract(text, '$')
        one_of: CASE WHEN id = 1 THEN place -> '$.at' WHEN id = 2 THEN tags END
        mixed: CASE WHEN id = 1 THEN place -> '$.at' ELSE 'none' END
        first: "coalesce(NULL, tags, place -> '$.at')"
    - name: masked
      mask: {copy: redact}
  outputs:
    plain: {from: map, to: file}
    masked: {from: masked, to: file}
  sinks: {file: {file: {path: x}}}
"""


KEYS = """
apiVersion: edge-orch/v1
kind: Job
metadata: {name: keys}
spec:
  source: {mqtt: {topic: x}}
  steps:
    - schematize: {json: {}, fields: {tag: {type: string, required: false}, unit: string, v: float}}
    - map:
        made: json_object(tag, v, unit || '_at', json_array(unit))
        some: json_object(CASE WHEN unit IS DISTINCT FROM tag AND v > 1 THEN tag END, upper(nullif(tag, unit)))
  outputs: {out: {from: map, to: file}}
  sinks: {file: {file: {path: x}}}
"""


def test_the_keys_of_an_object_may_be_values() -> None:
    records = [
        b'{"tag": "t\\"1", "unit": "C", "v": 2.5}',
        b'{"unit": "F", "v": 1}',
        b'{"tag": "F_at", "unit": "F", "v": 1}',
    ]
    emission = pipeline(compile_job(KEYS, "job.yaml")).process(batch(records))
    found = rows(emission)
    assert [row["made"] for row in found] == [{'t"1': 2.5, "C_at": ["C"]}, {"F_at": ["F"]}, {"F_at": ["F"]}]
    assert [row["some"] for row in found] == [{'t"1': 'T"1'}, {}, {}]


def test_json_stands_as_json_until_it_is_made_a_text() -> None:
    running = pipeline(compile_job(JOB, "job.yaml"))
    record = b'{"id": 1, "text": "[1, 2]", "place": {"city": "Linz",\n "at": [48.3, 14.3]}, "tags": null}'

    emission = running.process(batch([record, b'{"id": 2, "text": "[1,", "place": "x", "tags": [1]}']))

    place = {"city": "Linz", "at": [48.3, 14.3]}
    text = '{"city":"Linz","at":[48.3,14.3]}'
    at = ["1970-01-01T00:00:00Z", None, None]
    assert rows(emission, "plain") == [
        {
            **{"id": 1, "text": text, "place": place, "tags": None, "copy": place},
            **{"made": {"id": 1, "at": at, "where": {"is": place}}, "city": "Linz", "read": [1, 2]},
            **{"one_of": [48.3, 14.3], "mixed": "[48.3,14.3]", "first": [48.3, 14.3]},
        },
        {
            **{"id": 2, "text": '"x"', "place": "x", "tags": [1], "copy": "x"},
            **{"made": {"id": 2, "at": at, "where": {"is": "x"}}, "city": None, "read": None},
            **{"one_of": [1], "mixed": "none", "first": [1]},
        },
    ]
    assert [row["copy"] for row in rows(emission, "masked")] == ["[REDACTED]", "[REDACTED]"]


DEFAULTS = """
apiVersion: edge-orch/v1
kind: Job
metadata: {name: defaults}
spec:
  source: {mqtt: {topic: x}}
  steps:
    - schematize:
        json: {}
        fields:
          tags: {type: json, default: [a, {b: [1.5, null]}]}
          info: {type: json, default: {é: true}}
          level: {type: json, default: unknown}
    - map: {n: json_array_length(tags), text: "level ->> '$'"}
  outputs: {out: {from: map, to: file}}
  sinks: {file: {file: {path: x}}}
"""


def test_a_default_may_be_any_json() -> None:
    emission = pipeline(compile_job(DEFAULTS, "job.yaml")).process(batch([b'{"tags":null}', b'{"tags":[],"level":3}']))
    assert rows(emission) == [
        {"tags": ["a", {"b": [1.5, None]}], "info": {"é": True}, "level": "unknown", "n": 2, "text": "unknown"},
        {"tags": [], "info": {"é": True}, "level": 3, "n": 0, "text": "3"},
    ]


SET_POINTS = """
apiVersion: edge-orch/v1
kind: Job
metadata: {name: set-points}
spec:
  source: {mqtt: {topic: x}}
  steps:
    - schematize: {json: {}, fields: {tag: {type: string, required: false}, recipe: json, places: json, i: int}}
    - map: {set_point: CAST(recipe ->> tag AS float), whole: recipe -> tag, place: places -> i}
  outputs: {out: {from: map, to: file}}
  sinks: {file: {file: {path: x}}}
"""


def test_a_field_names_the_member_that_is_read() -> None:
    records = [
        b'{"tag": "temp", "recipe": {"temp": 81.5}, "places": [{"x": 1}, {"x": 2}], "i": 1}',
        b'{"tag": "limits", "recipe": {"limits": {"min": 1}}, "places": {}, "i": -1}',
        b'{"recipe": {"temp": 81.5}, "places": [7], "i": -1}',
    ]
    found = rows(pipeline(compile_job(SET_POINTS, "job.yaml")).process(batch(records)))
    assert [(row["set_point"], row["whole"], row["place"]) for row in found] == [
        (81.5, 81.5, {"x": 2}),
        (None, {"min": 1}, None),
        (None, None, 7),
    ]
