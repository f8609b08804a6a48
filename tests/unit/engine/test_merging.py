from __future__ import annotations

import copy
import json
from typing import Any

import msgspec
from hypothesis import given
from hypothesis import strategies as st

from edge_orch.compile import compile_job
from edge_orch.engine.encoding import record_lines
from edge_orch.engine.merging import Merging
from edge_orch.plan.plan import Merge, Path
from tests.unit.engine.plans import batch, pipeline, rows

JOB = """
apiVersion: edge-orch/v1
kind: Job
metadata: {name: payments}
spec:
  source: {mqtt: {topic: x}}
  steps:
    - schematize:
        json: {}
        fields:
          event: {type: json, path: $}
          at: {type: timestamp, path: meta.at, format: unix_s}
          card: {type: string, path: payment.number, required: false}
          amount: {type: float, path: payment.amount}
          line: {type: string, path: origin.line, required: false}
        time: at
    - map: {amount: amount * 2, line: "'A'", large: amount > 10}
    - map: {day: "date_trunc('day', at)", parts: "json_array(1, 2)"}
    - drop: [card]
  outputs:
    present: {from: drop, to: file, omit_nulls: true}
    changed: {from: drop, to: file, merge_into: event}
    as_it_came: {from: schematize, to: file, merge_into: event}
    plain: {from: drop, to: file}
  sinks: {file: {file: {path: x}}}
"""
CAME = (
    b'{"meta":{"at":1767225600.50,"more":1.0},"payment":{"number":"4111","amount":7.50,"kind":"card"},"big":12345678901234567890,'
    b'"text":"\\u00e9"}'
)


def test_what_was_read_and_not_changed_leaves_as_it_came() -> None:
    emission = pipeline(compile_job(JOB, "job.yaml")).process(batch([CAME]))
    assert emission.outputs["as_it_came"].data == CAME + b"\n"


def test_what_has_changed_stands_where_it_stood_and_what_has_gone_is_gone() -> None:
    emission = pipeline(compile_job(JOB, "job.yaml")).process(batch([CAME]))
    assert emission.outputs["changed"].data == (
        b'{"meta":{"at":1767225600.50,"more":1.0},"payment":{"amount":15.0,"kind":"card"},"big":12345678901234567890,'
        b'"text":"\\u00e9","large":false,"day":"2026-01-01T00:00:00Z","parts":[1,2],"origin":{"line":"A"}}\n'
    )


def test_a_record_may_leave_without_what_is_null() -> None:
    text = JOB.replace("large: amount > 10", "large: CASE WHEN amount > 10 THEN TRUE END").replace(
        "[card]", "[card, event]"
    )
    text = text.replace("changed: {from: drop", "changed: {from: map_2")
    (found,) = rows(pipeline(compile_job(text, "job.yaml")).process(batch([CAME])), "present")
    at, day = "2026-01-01T00:00:00.500000Z", "2026-01-01T00:00:00Z"
    assert found == {"at": at, "amount": 15.0, "line": "A", "day": day, "parts": [1, 2]}


def test_null_is_no_member() -> None:
    text = JOB.replace(
        "amount: amount * 2", "amount: CASE WHEN amount > 10 THEN amount END, new: CASE WHEN amount > 10 THEN 1 END"
    )
    (found,) = rows(pipeline(compile_job(text, "job.yaml")).process(batch([CAME])), "changed")
    assert found["payment"] == {"kind": "card"}
    assert "new" not in found


def test_a_message_of_several_lines_leaves_on_one() -> None:
    came = json.dumps(json.loads(CAME), indent=2).replace("\n", "\r\n").encode()
    emission = pipeline(compile_job(JOB, "job.yaml")).process(batch([came]))
    (found,) = rows(emission, "as_it_came")
    assert found == json.loads(CAME)
    assert emission.outputs["as_it_came"].data.count(b"\n") == 1


def test_what_is_no_object_is_a_dead_letter_and_blank_lines_are_none() -> None:
    wrong = [b"[]", b"{", b'{"payment":{"amount":1},"meta":{"at":1},"t":"\xff"}', b'{"meta":{"at":1}}']
    emission = pipeline(compile_job(JOB, "job.yaml")).process(batch(b"\n".join([CAME, b"", *wrong, CAME])))
    assert len(emission.dead) == len(wrong)
    assert len(rows(emission, "changed")) == 2


def test_a_text_that_holds_no_object_stands_beside_the_fields() -> None:
    merging = Merging("text", Merge("text", ((("a", "b"), "x"),)))
    for text in ("[1]", "no JSON", '"{}"', "null", "", None):
        assert merging(text, (1,)) == {"text": text, "x": 1}


OBJECTS = st.recursive(
    st.none() | st.booleans() | st.integers(-9, 9) | st.text(max_size=3),
    lambda inner: st.dictionaries(st.sampled_from("abc"), inner, max_size=3) | st.lists(inner, max_size=2),
    max_leaves=8,
)
PATHS = st.lists(st.sampled_from("abc"), min_size=1, max_size=3).map(tuple)


@given(
    st.dictionaries(st.sampled_from("abc"), OBJECTS, max_size=3),
    st.dictionaries(PATHS, st.none() | st.integers(), max_size=3),
    st.lists(PATHS, max_size=2),
)
def test_it_is_what_dicts_would_be(came: dict[str, Any], values: dict[Path, int], removed: list[Path]) -> None:
    expected = copy.deepcopy(came)
    for path, value in [*((path, None) for path in removed), *values.items()]:
        place: Any = expected
        for key in path[:-1]:
            if value is not None and not isinstance(place.get(key), dict):
                place[key] = {}
            place = place.get(key) if isinstance(place, dict) else None
        if value is not None:
            place[path[-1]] = value
        elif isinstance(place, dict):
            place.pop(path[-1], None)
    merge = Merge("it", tuple((path, ".".join(path)) for path in values), tuple(removed))
    found = Merging("it", merge)(json.dumps(came), tuple(values.values()))
    assert msgspec.json.decode(record_lines([found])) == expected
