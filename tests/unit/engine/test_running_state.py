"""Values that are made of what they were before, against the same written down by hand."""

from __future__ import annotations

import json
from typing import Any, NamedTuple

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from edge_orch.compile import compile_job
from edge_orch.engine.running import LONGEST_TEXT, Totals
from edge_orch.engine.windows.cell import Layout
from edge_orch.plan.plan import Plan
from edge_orch.plan.schema import FieldType
from edge_orch.plan.steps import Running
from tests.unit.engine.plans import batch, pipeline, room, rows

STATE = {
    "n": ("0", "n + 1"),
    "level": ("0", "clamp(level + x, 0, 10)"),
    "sum": ("i", "sum + i"),
    "here": ("'idle'", "CASE WHEN here = 'idle' AND x > 3 THEN 'busy' WHEN here = 'busy' AND x < 0 THEN 'idle' END"),
    "there": ("NULLIF(1, 1)", "n"),
}  # fmt: skip
BEGIN, END = "x = 0.5", "x = -2.5"
TOO_MUCH = 2**63


def compiled(state: dict[str, tuple[str, str]], *options: str, limit: str = "64MiB") -> Plan:
    lines = "".join(f'\n          {name}: {{init: "{init}", next: "{nxt}"}}' for name, (init, nxt) in state.items())
    fields = "{t: {type: timestamp, format: unix_s}, k: string, x: {type: float, required: false}, "
    return compile_job(
        f"""
apiVersion: edge-orch/v1
kind: Job
metadata: {{name: a}}
spec:
  source: {{file: {{path: x}}}}
  steps:
    - schematize:
        json: {{}}
        fields: {fields} i: {{type: int, required: false}}}}
        time: t
    - running:
        keys: [k]
        {"".join(option + chr(10) + 8 * " " for option in options)}state:{lines}
  outputs: {{out: {{from: running, to: out}}}}
  sinks: {{out: {{file: {{path: y}}}}}}
  limits: {{state: {limit}}}
""",
        "job.yaml",
    )


class Given(NamedTuple):
    """A record."""

    k: str
    x: float | None
    i: int | None


def payload(records: list[Given]) -> list[bytes]:
    return [json.dumps({"t": place, **record._asdict()}).encode() for place, record in enumerate(records)]


def told(job: Plan, records: list[Given]) -> list[Any]:
    """The new fields of each record that passes."""
    emission = pipeline(job).process(batch(payload(records)))
    return [{name: row[name] for name in row if name not in ("t", "k", "x", "i")} for row in rows(emission)]


def expected(records: list[Given], *, begin: bool, end: bool) -> list[dict[str, Any]]:
    """`STATE` by hand."""
    found = []
    known: dict[str, dict[str, Any]] = {}
    for k, x, i in records:
        begins, ends = begin and x == 0.5, end and x == -2.5
        if begin and end and not begins and k not in known:
            found.append(dict.fromkeys(STATE))
            continue
        first: dict[str, Any] = {"n": 0, "level": 0.0, "sum": i, "here": "idle", "there": None}
        was = first if begins else known.get(k, first)
        now = dict(was, n=was["n"] + 1, there=was["n"])
        if x is not None:
            now["level"] = min(max(was["level"] + x, 0.0), 10.0)
            if was["here"] == "idle" and x > 3:
                now["here"] = "busy"
            elif was["here"] == "busy" and x < 0:
                now["here"] = "idle"
        if was["sum"] is not None and i is not None:
            now["sum"] = was["sum"] + i
            if now["sum"] >= TOO_MUCH:
                continue  # a dead letter: nothing has happened
        known[k] = now
        if ends:
            del known[k]
        found.append(now)
    return found


given_records = st.lists(
    st.builds(
        Given,
        st.sampled_from("ab"),
        st.none() | st.sampled_from([0.5, -2.5, 1.0, 3.5, 7.0, -4.0]),
        st.none() | st.integers(0, 5) | st.just(2**62),
    ),
    max_size=20,
)
OPTIONS = [(begin, end) for begin in (False, True) for end in (False, True)]
PLANS = {(begin, end): compiled(STATE, *[f"begin: {BEGIN}"] * begin, *[f"end: {END}"] * end) for begin, end in OPTIONS}


@pytest.mark.parametrize(("begin", "end"), OPTIONS)
@given(records=given_records)
def test_each_value_is_made_of_what_all_were_before(begin: bool, end: bool, records: list[Given]) -> None:
    assert told(PLANS[begin, end], records) == expected(records, begin=begin, end=end)


@pytest.mark.parametrize(("begin", "end"), OPTIONS)
@given(records=given_records, cut=st.integers(0, 20))
def test_neither_batches_nor_snapshots_change_anything(begin: bool, end: bool, records: list[Given], cut: int) -> None:
    job, lines = PLANS[begin, end], payload(records)
    whole = pipeline(job).process(batch(lines))
    engine = pipeline(job)
    first = engine.process(batch(lines[:cut]))
    second = pipeline(job, state=engine.snapshot()).process(batch(lines[cut:], position=cut))
    assert rows(first) + rows(second) == rows(whole)
    assert first.dead + second.dead == whole.dead


def test_a_record_that_overflows_is_a_dead_letter_and_changes_nothing() -> None:
    job = compiled({"sum": ("0", "sum + i"), "n": ("0", "n + 1")})
    engine = pipeline(job)
    emission = engine.process(batch(payload([Given("a", 1, 5), Given("a", 1, 2**63 - 1), Given("a", 1, 1)])))
    assert [(row["sum"], row["n"]) for row in rows(emission)] == [(5, 1), (6, 2)]
    assert [letter.reason for letter in emission.dead] == ["integer overflow"]
    count = emission.counts["running"]
    assert (count.entered, count.passed, count.dead) == (3, 2, 1)


def test_a_text_does_not_grow_for_ever() -> None:
    job = compiled({"all": ("''", "all || k")})
    found = told(job, [Given("x" * 400, 1, 1)] * 4)
    assert [len(each["all"]) for each in found] == [400, 800, 800, 800]
    assert LONGEST_TEXT == 1000


def test_where_there_is_no_room_the_longest_silent_begin_anew() -> None:
    job = compiled({"n": ("0", "n + 1"), "text": ("''", "text || k")}, limit="4KB")
    names = [f"key-{number}" for number in range(40)]
    emission = pipeline(job).process(batch(payload([Given(k, 1, 1) for k in [*names, names[0], names[-1]]])))
    assert [row["n"] for row in rows(emission)][-2:] == [1, 2]
    assert emission.counts["running"].evicted > 0


def test_a_restored_state_takes_the_room_it_took() -> None:
    """Though texts grew and shrank, and keys were forgotten meanwhile."""
    before, after = room(1500), room(1500)
    nothing = Layout((), (), (), (), ())
    totals, restored = (Totals(nothing, each, has_gaps=False) for each in (before, after))
    for number in range(60):
        totals.over((f"key-{number % 3}",), (), False, number % 13 == 0, ("x" * (number % 7 * 50),))
    restored.restore(totals.snapshot())
    assert before.count.evicted > 0
    assert before.used == after.used


def test_what_becomes_a_fraction_is_one_from_the_beginning_and_only_what_begins_as_null_may_be_null() -> None:
    job = compiled({"a": ("0", "b + 1"), "b": ("0", "a + x"), "c": ("x", "c"), "d": ("t", "t")})
    fields = {field.name: field for field in job.step("running").schema.fields}
    assert [(fields[name].type, fields[name].required) for name in "abcd"] == [
        (FieldType.FLOAT, True), (FieldType.FLOAT, True), (FieldType.FLOAT, False), (FieldType.TIMESTAMP, True),
    ]  # fmt: skip
    assert told(job, [Given("k", 2.5, 1)])[0]["b"] == 2.5


def test_beside_aggregates_they_begin_anew_together() -> None:
    job = compiled({"n": ("0", "n + 1")}, f"begin: {BEGIN}", "compute: {c: count(*), total: sum(x)}")
    found = told(job, [Given("a", x, 1) for x in (1.0, 2.0, 0.5, 4.0)])
    assert found == [
        {"c": 1, "total": 1.0, "n": 1}, {"c": 2, "total": 3.0, "n": 2}, {"c": 1, "total": 0.5, "n": 1},
        {"c": 2, "total": 4.5, "n": 2},
    ]  # fmt: skip


def test_a_plan_without_it_is_what_it_was() -> None:
    carried = compiled({"n": ("0", "n + 1")})
    (step,) = [step for step in carried.steps if isinstance(step, Running)]
    assert b'"state"' in _bytes(step)
    assert b'"state"' not in _bytes(msgspec.structs.replace(step, state=msgspec.UNSET))


def _bytes(step: Running) -> bytes:
    return msgspec.json.encode(step)
