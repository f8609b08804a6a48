from __future__ import annotations

import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st

from edge_orch.compile import compile_job
from edge_orch.engine.pipeline import Pipeline
from edge_orch.plan.steps import Aggregation
from edge_orch.plan.windows import CycleWindow
from tests.unit.engine.plans import INT, aggregate, at, batch, col, pipeline, plan, rows
from tests.unit.engine.windows.reference import Case, Given
from tests.unit.engine.windows.test_kinds import BEGIN, END, READINGS, line, run, step, told

JOB = """
apiVersion: edge-orch/v1
kind: Job
metadata: {name: a}
spec:
  source: {file: {path: x}}
  steps:
    - schematize: {raw: {}, fields: {line: string}}
    - aggregate:
        window: {cycle: {%s, timeout: 5s}}
        compute: {text: "string_agg(line, '|')", n: count(*)}
  outputs: {out: {from: aggregate, to: out}}
  sinks: {out: {file: {path: y}}}
"""
ENTRIES = "begin: \"NOT starts_with(line, ' ')\""


def running(conditions: str) -> Pipeline:
    return pipeline(compile_job(JOB % conditions, "job.yaml"))


@pytest.mark.parametrize(
    ("conditions", "expected"),
    [
        ("begin: line = 'a'", ["x", "a|b|z|c", "a|z"]),
        ("end: line = 'z'", ["x|a|b|z", "c|a|z"]),
        ("begin: line = 'a', end: line = 'z'", ["a|b|z", "a|z"]),
    ],
)
def test_cycles_go_from_where_they_begin_to_where_they_end(conditions: str, expected: list[str]) -> None:
    engine = running(conditions)
    emissions = [engine.process(batch(b"x\na\nb\nz\nc\na\nz")), engine.finish()]
    assert [row["text"] for emission in emissions for row in rows(emission)] == expected


def test_lines_of_one_entry_are_one_record_and_the_last_one_comes_out_after_a_while() -> None:
    engine = running(ENTRIES)
    told = rows(engine.process(batch(b"ERROR boom\n  at f\n  at g\nINFO fine\n  (really)", received=at(10))))
    assert [row["text"] for row in told] == ["ERROR boom|  at f|  at g"]
    assert not rows(engine.advance(at(14.9)))
    assert engine.wake_at() == 15_000_000
    assert [row["text"] for row in rows(engine.advance(at(15)))] == ["INFO fine|  (really)"]


def test_what_comes_between_two_cycles_is_filtered_out() -> None:
    emission = running("begin: line = 'a', end: line = 'z'").process(batch(b"x\na\nz\ny\n"))
    count = emission.counts["aggregate"]
    assert (count.entered, count.folded, count.filtered, count.late, count.dead) == (4, 2, 2, 0, 0)


def test_a_cycle_ends_at_its_greatest_length_whatever_comes() -> None:
    window = CycleWindow(9, BEGIN, None, 5)
    job = plan(READINGS, step(Case(window, 0, "drop")))
    records = [Given("p", time, "a", value) for time, value in ((1, 5), (3, 0), (5, 0), (6, 0), (8, 0))]
    assert [(row.start, row.end, row.n) for row in told(run(job, records))] == [(1, 5, 3), (6, 8, 2)]


def test_it_ends_in_silence_too_and_an_earlier_record_brings_that_forward() -> None:
    job = plan(READINGS, step(Case(CycleWindow(9, BEGIN, END, 6), 0, "drop")))
    engine = pipeline(job)
    engine.process(
        batch([line(Given("p", time, "a", value)) for time, value in ((2, 3), (4, 0), (1, 0))], received=at(4))
    )
    assert engine.wake_at() == 10_000_000  # nothing came for as long as the longest cycle
    assert [(row.start, row.end, row.n) for row in told([engine.advance(at(10))])] == [(1, 4, 3)]


def test_an_earlier_record_brings_its_end_forward_within_a_batch() -> None:
    job = plan(READINGS, step(Case(CycleWindow(9, BEGIN, None, 6), 0, "drop")))
    records = [Given("p", *each) for each in ((2, "a", 5), (1, "a", 0), (7, "b", 5), (5, "a", 0))]
    assert [(row.start, row.end, row.n) for row in told(run(job, records)) if row.key == "a"] == [(1, 2, 2), (5, 5, 1)]


def test_the_row_of_a_cycle_that_is_over_is_not_late_though_another_had_later_records() -> None:
    small = step(Case(CycleWindow(9, BEGIN, None, 5), 0, "drop"), "small")
    large = aggregate(small, Aggregation("n", "sum", INT, col("n", INT)), size=7, name="large")
    job = plan(READINGS, small, large, outputs={"large": "large"})
    records = [Given("p", *each) for each in ((101, "a", 5), (102, "b", 5), (105, "a", 0), (120, "c", 5))]
    assert sum(row["n"] for emission in run(job, records) for row in rows(emission, "large")) == 4


def test_a_version_that_takes_over_gets_what_is_under_way_as_partial() -> None:
    engine = running(ENTRIES)
    engine.process(batch(b"ERROR boom\n  at f"))
    (row,) = rows(engine.close(()))
    assert (row["text"], row["revision"]) == ("ERROR boom|  at f", -1)


@given(
    st.lists(st.tuples(st.integers(0, 9), st.sampled_from("ab"), st.integers(-5, 5)), min_size=1, max_size=40),
    st.sampled_from(
        [
            CycleWindow(4, BEGIN),
            CycleWindow(4, None, END),
            CycleWindow(9, BEGIN, END),
            CycleWindow(9, BEGIN, None, 5),
            CycleWindow(9, BEGIN, END, 12),
        ]
    ),
)
def test_no_row_is_late_for_the_windows_of_what_takes_it(
    records: list[tuple[int, str, int]], window: CycleWindow
) -> None:
    """A cycle is known to be over long after its last record: whoever takes the rows waits for them."""
    small = step(Case(window, 0, "drop"), "small")
    large = aggregate(small, Aggregation("n", "sum", INT, col("n", INT)), size=7, name="large")
    job = plan(READINGS, small, large, outputs={"out": "small", "large": "large"})
    times = itertools.accumulate(gap for gap, _, _ in records)
    emissions = run(job, [Given("p", time, key, value) for time, (_, key, value) in zip(times, records, strict=True)])
    totals = [row["n"] for emission in emissions for row in rows(emission, "large")]
    assert sum(totals) == sum(row.n for row in told(emissions))
