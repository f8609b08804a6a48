"""Several branches that feed one step: which records come, in what order, and with what time."""

from __future__ import annotations

from collections.abc import Sequence

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from edge_orch.compile import compile_job
from edge_orch.engine.records import Emission
from edge_orch.errors import Invalid
from edge_orch.plan.plan import Plan, decode_plan, encode_plan
from edge_orch.plan.steps import Union
from edge_orch.plan.tap import tapped
from edge_orch.time import SECOND
from tests.unit.engine.plans import FLOAT, at, batch, parsed, pipeline, plan, rows, schematize

HEAD = """apiVersion: edge-orch/v1
kind: Job
metadata: {name: a}
spec:
  source: {file: {path: x}}
  sinks: {k: {file: {path: y}}}
  steps:
    - schematize: {json: {}, fields: {ts: {type: timestamp, format: unix_s}, k: string, x: float, n: int}, time: ts}
"""


def job(steps: str, **outputs: str) -> Plan:
    named = "".join(f"    {name}: {{from: {step}, to: k}}\n" for name, step in outputs.items())
    return compile_job(f"{HEAD}{steps}  outputs:\n{named}", "a.yaml")


def records(*xs: float, k: str = "a") -> list[bytes]:
    """A record a second, of these values."""
    return [msgspec.json.encode({"ts": ts, "k": k, "x": x, "n": int(x)}) for ts, x in enumerate(xs)]


def once(made: Plan, lines: Sequence[bytes]) -> Emission:
    return pipeline(made).process(batch(lines))


ROUTED = """
    - {name: r, route: {routes: {hot: x > 50, low: x < 10}, default: rest}}
    - {name: both, from: [r.rest, r.hot, r.low], filter: 'true'}
"""


@given(st.lists(st.floats(0, 100).map(lambda x: round(x, 1))))
def test_branches_of_a_route_that_meet_again_are_what_came(xs: list[float]) -> None:
    made = job(ROUTED.replace("'true'", "k = 'a'"), came="schematize", both="both", straight="'r.hot'")
    emission = once(made, records(*xs))
    assert emission.outputs.get("both") == emission.outputs.get("came")


def test_a_record_that_comes_by_two_branches_comes_twice_in_the_order_of_the_list() -> None:
    steps = """
    - {name: a, map: {y: "'a'"}}
    - {name: b, from: schematize, map: {y: "'b'"}}
    - {name: both, from: [b, a], select: [x, y]}
"""
    emission = once(job(steps, out="both"), records(1, 2))
    assert [(row["x"], row["y"]) for row in rows(emission)] == [(1, "b"), (1, "a"), (2, "b"), (2, "a")]


def test_what_a_record_explodes_to_stays_together() -> None:
    steps = """
    - {name: a, map: {y: "split_part(k, '|', 1)"}}
    - {name: parts, from: schematize, map: {y: k}}
    - {name: each, explode: {field: y, separator: '|', fields: {y: string}}}
    - {name: both, from: [each, a], select: [x, y]}
"""
    emission = once(job(steps, out="both"), records(1, 2, k="p|q"))
    assert [(row["x"], row["y"]) for row in rows(emission)] == [(x, y) for x in (1, 2) for y in ("p", "q", "p")]


def test_fields_that_one_branch_lacks_are_null_and_whole_numbers_become_floats() -> None:
    steps = """
    - {name: a, filter: x < 2, }
    - {name: whole, select: [ts, k, n]}
    - {name: b, from: schematize, filter: x >= 2}
    - {name: broken, map: {n: x / 2, extra: k}}
    - {name: both, from: [whole, broken], map: {doubled: n * 2}}
"""
    made = job(steps, out="both", straight="[whole, broken]")
    emission = once(made, records(1, 3))
    assert [(row["n"], row["x"], row["extra"], row["doubled"]) for row in rows(emission)] == [
        (1.0, None, None, 2.0),
        (1.5, 3.0, "a", 3.0),
    ]
    assert b'"n":1.0' in emission.outputs["straight"].data
    union = made.step("whole + broken")
    assert isinstance(union, Union)
    assert {field.name: field.required for field in union.schema.fields} == {
        "ts": True, "k": True, "n": False, "x": False, "extra": False,
    }  # fmt: skip


def test_windows_over_branches_close_by_the_clock_of_the_records() -> None:
    steps = f"""{ROUTED}
    - {{name: w, aggregate: {{window: {{tumbling: 10s}}, compute: {{n: count(*), top: max(x), last: last(x)}}}}}}
"""
    engine = pipeline(job(steps, w="w"))
    emission = engine.process(batch(records(*range(0, 84, 4))))
    assert [(row["n"], row["top"], row["last"]) for row in rows(emission, "w")] == [(10, 36.0, 36.0), (10, 76.0, 76.0)]
    assert [row["n"] for row in rows(engine.finish(), "w")] == [1]


def test_an_alert_opens_by_any_branch() -> None:
    steps = """
    - {name: f, map: {c: (x - 32) / 1.8}}
    - {name: g, from: schematize, map: {c: x}}
    - {name: hot, from: [f, g], alert: {when: c > 80, key: [k], notify: [k]}}
"""
    emission = once(job(steps), records(70, 81))
    assert [(event.rule, event.kind.value) for event in emission.episodes] == [("hot", "opened")]
    assert emission.counts["hot"].entered == 4


def test_a_dead_letter_below_a_union_is_the_line_that_was_read() -> None:
    steps = f"{ROUTED}    - {{name: most, map: {{y: n + 9223372036854775807}}}}\n"
    lines = records(0, 60, 0)
    emission = once(job(steps, out="most"), lines)
    assert [(letter.raw, letter.step, letter.position) for letter in emission.dead] == [(lines[1], "most", 1)]
    assert emission.counts["most"].entered == 3
    assert "r.rest + r.hot + r.low" not in emission.counts


WINDOWS = """
    - {name: short, aggregate: {window: {tumbling: 5s}, by: [k], compute: {n: count(*)}}}
    - {name: long, from: schematize, aggregate: {window: {tumbling: 10s}, by: [k], compute: {n: count(*), top: max(x)}}}
    - {name: rows, from: [long, short], map: {per: n}}
"""


def test_rows_of_several_windows_come_as_they_are_made() -> None:
    made = job(WINDOWS, out="rows")
    engine = pipeline(made)
    found = rows(engine.process(batch(records(*range(12))))) + rows(engine.finish())
    assert [(row["window_start"][17:19], row["n"], row["top"]) for row in found] == [
        ("00", 5, None), ("05", 5, None), ("00", 10, 9.0), ("10", 2, None), ("10", 2, 11.0),
    ]  # fmt: skip


def test_records_and_rows_can_be_one_output_but_have_no_time_in_common() -> None:
    steps = "    - {name: w, aggregate: {window: {tumbling: 2s}, compute: {n: count(*)}}}\n"
    emission = once(job(steps, out="[schematize, w]"), records(1, 2, 3))
    assert [(row["x"], row["window_start"] is not None) for row in rows(emission)] == [
        (1.0, False), (2.0, False), (None, True), (3.0, False),
    ]  # fmt: skip


def test_a_dead_letter_of_a_row_says_what_the_row_was() -> None:
    steps = f"{WINDOWS}    - {{name: most, map: {{y: n + 9223372036854775807}}}}\n"
    engine = pipeline(job(steps, out="most"))
    emission = engine.process(batch(records(*range(6))))
    assert [(letter.step, letter.partition, b'"n":5' in letter.raw) for letter in emission.dead] == [
        ("most", "short", True)
    ]


def test_a_union_of_unions() -> None:
    steps = """
    - {name: a, filter: x < 2}
    - {name: b, from: schematize, filter: x >= 2}
    - {name: ab, from: [a, b], map: {y: x}}
    - {name: all, from: [ab, schematize, a], select: [x, y]}
"""
    emission = once(job(steps, out="all"), records(1, 2))
    assert [(row["x"], row["y"]) for row in rows(emission)] == [(1, 1), (1, None), (1, None), (2, 2), (2, None)]


def test_a_plan_with_a_union_comes_back_from_its_bytes() -> None:
    made = job(ROUTED, out="both")
    assert decode_plan(encode_plan(made)) == made


def test_an_engine_refuses_a_union_of_two_readings_of_the_source() -> None:
    one, other = schematize(parsed("x", FLOAT)), schematize(parsed("x", FLOAT), name="again")
    both = Union("parse + again", ("parse", "again"), one.schema)
    with pytest.raises(Invalid, match="their records come in no order"):
        pipeline(plan(one, other, both))


def test_state_of_steps_below_a_union_survives() -> None:
    steps = f"{ROUTED}    - {{name: seen, dedupe: {{keys: [x], within: 1h}}}}\n"
    made = job(steps, out="seen")
    first = pipeline(made)
    first.process(batch(records(1, 60, 20)))
    second = pipeline(made, state=first.snapshot())
    emission = second.process(batch(records(20, 60, 1, 2), received=at(1), position=3))
    assert [row["x"] for row in rows(emission)] == [2.0]


TIERS = """
    - {name: short, aggregate: {window: {tumbling: 5s}, by: [k], compute: {n: count(*)}}}
    - name: long
      from: schematize
      aggregate: {window: {sliding: {size: 20s, every: 10s}}, by: [k], compute: {n: count(*)}, grace: 3s}
    - name: minutes
      from: [short, long]
      aggregate: {window: {tumbling: 1m}, by: [k], compute: {rows: count(*), sum: sum(n)}, on_late: dead_letter}
    - name: last
      from: [long, minutes]
      aggregate: {window: {tumbling: 2m}, compute: {rows: count(*)}, on_late: dead_letter}
"""


@given(st.lists(st.integers(0, 40), max_size=40))
def test_no_row_of_several_windows_is_late_for_the_windows_behind_them(gaps: list[int]) -> None:
    engine = pipeline(job(TIERS, short="short", long="long", minutes="minutes", last="last"))
    times = [sum(gaps[:place]) for place in range(len(gaps))]
    found = [engine.process(batch([as_line(ts) for ts in times])), engine.finish()]
    assert not any(emission.dead for emission in found)
    short, long, minutes, last = (
        [row for emission in found for row in rows(emission, name)] for name in ("short", "long", "minutes", "last")
    )
    assert sum(row["rows"] for row in minutes) == len(short) + len(long)
    assert sum(row["rows"] for row in last) == len(long) + len(minutes)
    assert sorted(minutes, key=lambda row: row["window_start"]) == minutes


def as_line(ts: int) -> bytes:
    return msgspec.json.encode({"ts": ts, "k": "a", "x": 0.0, "n": 0})


def test_windows_behind_others_wait_for_the_slowest() -> None:
    engine = pipeline(job(TIERS, out="minutes"))
    waiting = engine.process(batch([as_line(0), as_line(70), as_line(72)]))
    before = [("59:00", 1, 1)]  # the window from 23:59:50 to 00:00:10
    assert told(waiting) == before  # of `long`, the window from 00:00:50 to 00:01:10 has its grace
    closed = engine.process(batch([as_line(73)], position=3))
    assert told(closed) == [("00:00", 2, 2)]


def told(emission: Emission) -> list[tuple[str, int, int]]:
    """The rows of `minutes`."""
    return [(row["window_start"][14:19], row["rows"], row["sum"]) for row in rows(emission)]


def test_silence_closes_windows_behind_several() -> None:
    engine = pipeline(job(TIERS, out="minutes"))
    engine.process(batch(records(1, 2, 3)))
    found = []
    while (wake := engine.wake_at()) is not None and wake < 600 * SECOND:
        found += told(engine.advance(at(wake / SECOND)))
    assert found == [("59:00", 1, 3), ("00:00", 2, 6)]


def test_the_records_of_a_union_can_be_looked_at() -> None:
    made, output = tapped(job(ROUTED, out="both"), "r.rest + r.hot + r.low")
    assert [row["x"] for row in rows(once(made, records(1, 60)), output)] == [1, 60]


MIXED = """
    - {name: w, aggregate: {window: {tumbling: 2s}, by: [k], compute: {n: count(*)}}}
    - {name: mixed, from: [schematize, w], map: {topic: source.topic, of: source.partition, both: "source.topic || k"}}
"""


def test_behind_a_union_with_rows_a_record_still_knows_where_it_came_from() -> None:
    steps = f"{MIXED}    - {{name: more, from: [w, mixed], map: {{again: source.partition}}}}\n"
    engine = pipeline(job(steps, out="mixed", more="more"))
    emission = engine.process(batch(records(1, 2, 3), partition="p", context={"topic": "t"}))
    assert [(row["topic"], row["of"], row["both"]) for row in rows(emission)] == [
        ("t", "p", "ta"), ("t", "p", "ta"), (None, None, None), ("t", "p", "ta"),
    ]  # fmt: skip
    # The row of a window comes by both inputs, and knows no source by either.
    assert [row["again"] for row in rows(emission, "more")] == ["p", "p", None, None, "p"]
    assert [(row["topic"], row["of"]) for row in rows(engine.finish())] == [(None, None)]


@pytest.mark.parametrize("inputs", ["[schematize, a]", "[w, a]"])
def test_a_union_that_nobody_reads_on_is_a_job_like_any_other(inputs: str) -> None:
    steps = f"""
    - {{name: a, filter: x > 1}}
    - {{name: w, from: a, aggregate: {{window: {{count: 1}}, compute: {{n: count(*)}}}}}}
    - {{name: unread, from: {inputs}, map: {{y: x}}}}
"""
    emission = once(job(steps, out="a"), records(1, 2))
    assert len(rows(emission)) == 1
    assert emission.counts["unread"].entered == emission.counts["unread"].passed > 0
