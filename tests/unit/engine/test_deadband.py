from __future__ import annotations

from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from edge_orch.compile import compile_job
from edge_orch.engine.deadband import Reported
from edge_orch.plan.plan import decode_plan, encode_plan
from edge_orch.plan.steps import Deadband
from edge_orch.time import SECOND
from tests.unit.engine.plans import FLOAT, STRING, TIMESTAMP, at, batch, parsed, pipeline, plan, room, rows, schematize


def told(values: list[Any], band: float, every_us: int = 1000) -> list[Any]:
    """The values that pass, one a microsecond."""
    reported = Reported(every_us, (band,), room())
    return [value for time, value in enumerate(values) if reported.moves((), time, (value,))]


def test_what_creeps_away_from_what_was_reported_is_reported_in_the_end() -> None:
    assert told([10, 11, 12, 13, 14, 14.5, 16.5], 2) == [10, 13, 16.5]


def test_a_move_of_just_the_band_is_none() -> None:
    assert told([10, 12, 8, 12.5], 2) == [10, 12.5]


@pytest.mark.parametrize(
    ("values", "passed"),
    [
        ([100, 105, 110, 111, 120, 123, 99], [100, 111, 123, 99]),
        ([-100.0, -109.0, -111.0], [-100.0, -111.0]),
        ([0, 0, 0.1, 0.105], [0, 0.1]),
        ([None, 5, None, 5.2, 5.6], [None, 5, None, 5.2]),
    ],
)
def test_a_band_may_be_per_cent_of_what_was_reported(values: list[Any], passed: list[Any]) -> None:
    reported = Reported(1000, (10, 50.0), room(), (True, False))
    assert [value for time, value in enumerate(values) if reported.moves((), time, (value, 0.0))] == passed


@pytest.mark.parametrize(
    ("values", "passed"),
    [
        ([1, 1, 2, 2, 1], [1, 2, 1]),
        (["a", "a", "b", None, None, "b"], ["a", "b", None, "b"]),
        ([True, True, False], [True, False]),
    ],
)
def test_without_a_band_any_change_counts(values: list[Any], passed: list[Any]) -> None:
    assert told(values, 0) == passed


def test_to_and_from_null_is_a_move() -> None:
    assert told([1.0, None, None, 1.5], 5) == [1.0, None, 1.5]


def test_after_so_long_a_record_passes_though_nothing_moved() -> None:
    reported = Reported(10, (1.0,), room())
    assert [time for time in range(25) if reported.moves((), time, (7.0,))] == [0, 10, 20]


def test_each_key_and_each_field_moves_by_itself() -> None:
    reported = Reported(100, (1.0, 0.0), room())
    records = [("a", 1, (1.0, "x")), ("b", 2, (9.0, "x")), ("a", 3, (1.5, "x")), ("a", 4, (1.5, "y"))]
    assert [reported.moves((key,), time, values) for key, time, values in records] == [True, True, False, True]


def test_a_record_behind_the_reported_one_passes_if_it_differs_and_is_not_remembered() -> None:
    reported = Reported(100, (1.0,), room())
    assert reported.moves((), 10, (1.0,))
    assert not reported.moves((), 9, (1.5,))
    assert reported.moves((), 9, (5.0,))
    assert not reported.moves((), 11, (1.5,))


def test_other_bytes_are_refused_and_change_nothing() -> None:
    reported = Reported(10, (1.0,), room())
    reported.moves((), 0, (1.0,))
    with pytest.raises(msgspec.DecodeError):
        reported.restore(b"\xa1x")
    assert not reported.moves((), 1, (1.0,))


@given(st.lists(st.tuples(st.sampled_from("ab"), st.floats(-9, 9)), max_size=30), st.floats(0.1, 5))
def test_whoever_holds_the_last_value_that_passed_is_off_by_no_more_than_the_band(
    records: list[tuple[str, float]], band: float
) -> None:
    """The memory is saved and restored after every record."""
    reported = Reported(1000, (band,), room())
    held: dict[str, float] = {}
    for time, (key, value) in enumerate(records):
        if reported.moves((key,), time, (value,)):
            held[key] = value
        assert abs(held[key] - value) <= band
        again = Reported(1000, (band,), room())
        again.restore(reported.snapshot())
        reported = again


def test_the_step_passes_records_as_they_came_and_goes_on_from_a_snapshot() -> None:
    step = schematize(
        parsed("t", TIMESTAMP, format="unix_s"), parsed("k", STRING, required=False), parsed("x", FLOAT), time="t"
    )
    job = plan(step, Deadband("moves", "parse", ("k",), (("x", 1.0),), 60 * SECOND, step.schema))
    first = pipeline(job)
    passed = rows(first.process(batch(b'{"t":1,"k":"a","x":1}\n{"t":2,"x":2}\n{"t":3,"k":"a","x":1.5}')))
    assert [row["x"] for row in passed] == [1.0, 2.0]
    second = pipeline(job, state=first.snapshot())
    passed = rows(second.process(batch(b'{"t":4,"k":"a","x":1.5}\n{"t":5,"k":"a","x":3}', received=at(1))))
    assert [row["x"] for row in passed] == [3.0]


def test_a_job_says_per_cent() -> None:
    job = compile_job(
        """
apiVersion: edge-orch/v1
kind: Job
metadata: {name: a}
spec:
  source: {file: {path: x}}
  steps:
    - schematize: {json: {}, fields: {x: float, y: float}}
    - deadband: {fields: {x: 10%, y: 10}}
  outputs: {out: {from: deadband, to: s}}
  sinks: {s: {file: {path: y}}}
""",
        "a.yaml",
    )
    assert decode_plan(encode_plan(job)) == job
    lines = b'{"x":200,"y":1}\n{"x":219,"y":9}\n{"x":221,"y":9}\n{"x":221,"y":20}'
    assert [row["y"] for row in rows(pipeline(job).process(batch(lines)))] == [1.0, 9.0, 20.0]
