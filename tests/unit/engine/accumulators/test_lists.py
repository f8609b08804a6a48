from __future__ import annotations

from edge_orch.compile import compile_job
from edge_orch.engine.accumulators.lists import ArrayAgg
from tests.unit.engine.accumulators.folding import folded, reborn
from tests.unit.engine.plans import batch, pipeline, rows

JOB = """
apiVersion: edge-orch/v1
kind: Job
metadata: {name: a}
spec:
  source: {file: {path: x}}
  steps:
    - schematize: {json: {}, fields: {ts: timestamp, s: string, v: {type: float, required: false}, at: json}, time: ts}
    - aggregate:
        window: {tumbling: 1m}
        compute:
          v: array_agg(v)
          hot: array_agg(v) FILTER (WHERE v > 9)
          p: quantile(v, 0.5)
          texts: array_agg(s)
          times: array_agg(ts)
          objects: array_agg(at)
          pairs: array_agg(json_object('s', s, 'v', v))
          at: last(at)
  outputs: {out: {from: aggregate, to: o}}
  sinks: {o: {file: {path: y}}}
"""


def test_values_stand_by_event_time_those_of_one_moment_as_they_came() -> None:
    lists = folded(ArrayAgg, [(5, "c"), (1, "a")], [(5, "d"), (2, 'b"')])
    assert lists.value() == '["a","b\\"","c","d"]'
    assert reborn(ArrayAgg, lists).value() == lists.value()


def test_who_has_no_room_holds_nothing_and_neither_does_what_it_is_merged_into() -> None:
    lists, other = ArrayAgg(), ArrayAgg()
    other.fold([(1, 2.0)])
    lists.give_up()
    other.merge(lists)
    assert (other.value(), other.size(), other.given_up) == (None, 0, True)


def test_arrays_leave_as_json_whatever_they_hold() -> None:
    lines = [
        b'{"ts":"1970-01-01T00:00:02Z","s":"b","v":1.5,"at":{"x":[1]}}',
        b'{"ts":"1970-01-01T00:00:01Z","s":"a","v":2.5,"at":"here"}',
        b'{"ts":"1970-01-01T00:00:03Z","s":"c","v":null,"at":7}',
    ]
    running = pipeline(compile_job(JOB, "job.yaml"))
    assert not rows(running.process(batch(b"\n".join(lines))))
    (row,) = rows(running.finish())
    assert {name: row[name] for name in ("v", "hot", "p", "texts", "times", "objects", "pairs", "at")} == {
        "v": [2.5, 1.5],
        "hot": None,
        "p": 2.0,
        "texts": ["a", "b", "c"],
        "times": [f"1970-01-01T00:00:0{second}Z" for second in (1, 2, 3)],
        "objects": ["here", {"x": [1]}, 7],
        "pairs": [{"s": "a", "v": 2.5}, {"s": "b", "v": 1.5}, {"s": "c", "v": None}],
        "at": 7,
    }
