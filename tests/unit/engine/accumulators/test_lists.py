from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

from edge_orch.compile import compile_job
from edge_orch.engine.accumulators.accumulator import Growing
from edge_orch.engine.accumulators.lists import Gathered, Members, Once, Ranked, Tallied, json_array
from edge_orch.engine.room import TEXT, VALUE
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


ArrayAgg = partial(Gathered, json_array)


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


def test_of_distinct_values_each_stands_where_it_came_first() -> None:
    make = partial(Once, json_array)
    once = folded(make, [(5, "c"), (3, "a"), (5, "c")], [(3, "c"), (2, "b"), (4, "a"), (9, "b")])
    assert once.value() == '["b","a","c"]'
    assert reborn(make, once).value() == once.value()
    assert isinstance(once, Once)
    assert once.size() == 3 * (2 * VALUE + TEXT + 1)


def test_of_ranked_values_the_best_stands_first_and_of_equals_the_one_that_came_first() -> None:
    greatest = folded(partial(Ranked, max, 3, json_array), [(1, "a"), (5, "b"), (3, "c")], [(5, "d"), (2, "e")])
    assert greatest.value() == '["b","d","c"]'
    assert folded(partial(Ranked, min, 2, json_array), [(5, "a"), (1, "b")], [(1, "c")]).value() == '["b","c"]'
    assert reborn(partial(Ranked, max, 3, json_array), greatest).value() == greatest.value()


def test_members_are_the_latest_values_of_their_names_in_order_of_these() -> None:
    make = partial(Members, str)
    members = folded(make, [(5, ("b", 1)), (1, ("a", 2))], [(4, ("b", 3)), (1, ("a", 4)), (9, ("c", None))])
    assert members.value() == '{"a":"4","b":"1","c":null}'
    assert reborn(make, members).value() == members.value()
    again, others = Members(str), folded(make, [(1, ("a", 0)), (2, ("b", 0)), (3, ("c", 0))])
    again.restore(others.state())
    assert again.size() == 3 * (2 * VALUE + TEXT + 1)
    assert make().value() is None


def test_what_is_tallied_is_counted() -> None:
    tally = folded(partial(Tallied, str), ["b", "a"], ["a", "c"])
    assert tally.value() == "{'b': 1, 'a': 2, 'c': 1}"
    assert reborn(partial(Tallied, str), tally).value() == tally.value()


def test_ranks_and_tallies_without_room_give_up() -> None:
    makers: list[tuple[Callable[[], Growing], list[Any]]] = [
        (partial(Ranked, max, 3, json_array), [(1, "a")]),
        (partial(Tallied, str), ["a"]),
        (partial(Once, json_array), [(1, "a")]),
        (partial(Members, str), [(1, ("a", 2))]),
    ]
    for make, values in makers:
        given_up, other = make(), folded(make, values)
        given_up.give_up()
        other.merge(given_up)
        given_up.fold(values)
        assert (other.value(), given_up.value(), given_up.size()) == (None, None, 0)


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
