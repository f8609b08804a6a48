from __future__ import annotations

import json
from typing import Any

import pytest

from edge_orch.engine.pipeline import Pipeline
from edge_orch.engine.records import Emission
from edge_orch.plan.plan import step_digest
from edge_orch.plan.steps import Aggregation
from edge_orch.time import SECOND
from tests.unit.engine.plans import (
    FLOAT,
    INT,
    STRING,
    TIMESTAMP,
    aggregate,
    at,
    batch,
    call,
    col,
    lit,
    mapped,
    parsed,
    pipeline,
    plan,
    rows,
    schematize,
)

READINGS = schematize(
    parsed("t", TIMESTAMP, format="unix_s"),
    parsed("k", STRING, required=False),
    parsed("x", FLOAT, required=False),
    parsed("i", INT, required=False),
    time="t",
)
COUNT = Aggregation("n", "count", INT)


def lines(*records: tuple[float, str | None, float | None]) -> bytes:
    return b"".join(json.dumps({"t": t, "k": k, "x": x}).encode() + b"\n" for t, k, x in records)


def counted(**rules: Any) -> Pipeline:
    return pipeline(plan(READINGS, aggregate(READINGS, COUNT, **rules)))


def starts(emission: Emission) -> list[tuple[int, int]]:
    """(second at which the window starts, n) of each row."""
    return [
        (int(row["window_start"][17:19]) + 60 * int(row["window_start"][14:16]), row["n"]) for row in rows(emission)
    ]


def test_a_window_closes_when_the_watermark_passes_its_end_and_grace() -> None:
    job = counted(grace_us=5 * SECOND)
    assert not starts(job.process(batch(lines((1, "a", 1), (9.9, "a", 1), (14.9, "a", 1)))))
    emission = job.process(batch(lines((15, "a", 1))))
    assert rows(emission) == [
        {"window_start": "1970-01-01T00:00:00Z", "window_end": "1970-01-01T00:00:10Z", "revision": 0, "n": 2}
    ]
    assert starts(job.finish()) == [(10, 2)]


@pytest.mark.parametrize(
    ("seconds", "start"), [(9.9999994, 0), (9.9999995, 10), (9.9999996, 10), (10.0000005, 10), (19.9999985, 10)]
)
def test_a_time_lies_where_its_microsecond_does(seconds: float, start: int) -> None:
    job = counted()
    job.process(batch(lines((1.5, "a", 1))))
    emissions = [job.process(batch(lines((seconds, "a", 1)))), job.finish()]

    found = [each for emission in emissions for each in starts(emission)]
    assert found == ([(0, 2)] if start == 0 else [(0, 1), (10, 1)])


def test_out_of_order_records_within_grace_count() -> None:
    job = counted(grace_us=5 * SECOND)
    assert not starts(job.process(batch(lines((1, "a", 1), (12, "a", 1), (2, "a", 1), (14, "a", 1), (9, "a", 1)))))
    assert starts(job.process(batch(lines((15, "a", 1))))) == [(0, 3)]


def test_keys_come_out_in_the_order_they_came_and_null_is_a_key() -> None:
    job = pipeline(plan(READINGS, aggregate(READINGS, COUNT, by=("k",))))
    emission = job.process(batch(lines((1, "b", 1), (2, None, 1), (3, "a", 1), (4, "b", 1), (10, "b", 1))))
    assert [(row["k"], row["n"]) for row in rows(emission)] == [("b", 2), (None, 1), ("a", 1)]


def test_two_keys_and_windows_before_the_epoch() -> None:
    job = pipeline(plan(READINGS, aggregate(READINGS, COUNT, by=("k", "x"))))
    emission = job.process(batch(lines((-11, "a", 1), (-11, "a", 2), (-12, "a", 1), (0, "a", 1))))
    assert [(row["window_start"], row["k"], row["x"], row["n"]) for row in rows(emission)] == [
        ("1969-12-31T23:59:40Z", "a", 1.0, 2),
        ("1969-12-31T23:59:40Z", "a", 2.0, 1),
    ]


def test_late_records_are_dropped_and_counted() -> None:
    job = counted()
    emission = job.process(batch(lines((1, "a", 1), (10, "a", 1), (9, "a", 1))))
    assert starts(emission) == [(0, 1)]
    count = emission.counts["windows"]
    assert (count.entered, count.folded, count.filtered, count.late, count.dead) == (3, 2, 1, 1, 0)


def test_a_record_is_late_for_a_window_that_never_opened() -> None:
    emission = counted().process(batch(lines((25, "a", 1), (9, "a", 1))))
    assert emission.counts["windows"].late == 1


def test_late_records_become_dead_letters() -> None:
    emission = counted(on_late="dead_letter").process(batch(lines((1, "a", 1), (10, "a", 1), (9, "a", 1)), position=5))
    assert [(letter.step, letter.position, letter.reason) for letter in emission.dead] == [
        ("windows", 7, "late: its window has closed")
    ]
    count = emission.counts["windows"]
    assert (count.entered, count.folded, count.dead, count.late) == (3, 2, 1, 0)


def test_late_records_revise_their_window_for_another_grace() -> None:
    job = pipeline(plan(READINGS, aggregate(READINGS, COUNT, by=("k",), grace_us=5 * SECOND, on_late="revise")))
    emission = job.process(batch(lines((1, "a", 1), (15, "a", 1), (2, "a", 1), (3, "b", 1), (4, "a", 1))))
    assert [(row["k"], row["n"], row["revision"]) for row in rows(emission)] == [
        ("a", 1, 0),
        ("a", 2, 1),
        ("b", 1, 0),
        ("a", 3, 2),
    ]
    emission = job.process(batch(lines((19.9, "a", 1), (2, "a", 1), (20, "a", 1), (2, "a", 1))))
    assert [(row["n"], row["revision"]) for row in rows(emission)] == [(4, 3)]
    assert emission.counts["windows"].late == 1


def test_the_slowest_partition_holds_the_watermark() -> None:
    job = counted()
    assert not starts(job.process(batch(lines((1, "a", 1)), partition="p")))
    assert not starts(job.process(batch(lines((30, "a", 1)), partition="q")))
    assert starts(job.process(batch(lines((12, "a", 1)), partition="p"))) == [(0, 1)]


def test_a_silent_partition_lets_go_after_its_idle_timeout() -> None:
    job = counted(idle_us=20 * SECOND)
    job.process(batch(lines((1, "a", 1)), partition="p", received=at(0)))
    job.process(batch(lines((30, "a", 1)), partition="q", received=at(10)))
    assert job.wake_at() == 20 * SECOND
    assert not starts(job.advance(at(19.9)))
    assert starts(job.advance(at(20))) == [(0, 1)]


def test_when_all_are_silent_event_time_flows_on_as_far_as_something_is_due() -> None:
    job = counted(grace_us=5 * SECOND, idle_us=20 * SECOND)
    job.process(batch(lines((1, "a", 1), (31, "a", 1)), received=at(0)))
    assert job.wake_at() == 20 * SECOND
    assert starts(job.advance(at(20))) == [(30, 1)]
    assert job.wake_at() is None
    # After a long silence only what was closed is late.
    assert not starts(job.advance(at(3000)))
    emission = job.process(batch(lines((45, "a", 1), (31, "a", 1)), received=at(3001)))
    assert (emission.counts["windows"].folded, emission.counts["windows"].late) == (1, 1)


def test_event_time_waits_for_the_grace_that_has_not_passed() -> None:
    job = counted(grace_us=90 * SECOND, idle_us=20 * SECOND)
    job.process(batch(lines((1, "a", 1)), received=at(0)))
    assert job.wake_at() == 99 * SECOND
    assert not starts(job.advance(at(98.9)))
    assert starts(job.advance(at(99))) == [(0, 1)]


def test_dead_records_keep_no_partition_awake() -> None:
    job = counted(idle_us=20 * SECOND)
    job.process(batch(lines((1, "a", 1)), received=at(0)))
    assert starts(job.process(batch(b"x\n", received=at(21)))) == [(0, 1)]


def test_silence_is_counted_anew_after_a_reboot() -> None:
    job = counted(idle_us=20 * SECOND)
    job.process(batch(lines((1, "a", 1)), received=at(1000)))
    again = pipeline(plan(READINGS, aggregate(READINGS, COUNT, idle_us=20 * SECOND)), state=job.snapshot())
    assert not starts(again.advance(at(5, boot="next")))
    assert starts(again.advance(at(25, boot="next"))) == [(0, 1)]


def test_without_a_time_field_records_are_dated_by_arrival() -> None:
    step = schematize(parsed("x", FLOAT))
    job = pipeline(plan(step, aggregate(step, COUNT)))
    assert not starts(job.process(batch(b'{"x":1}\n{"x":2}', received=at(1))))
    assert starts(job.process(batch(b'{"x":1}', received=at(12)))) == [(0, 2)]


@pytest.mark.parametrize(("time", "expected"), [("window_start", [(0, 2), (20, 1)]), ("window_end", [(0, 1), (20, 2)])])
def test_rows_of_one_aggregate_feed_another(time: str, expected: list[tuple[int, int]]) -> None:
    first = aggregate(READINGS, COUNT, name="small", time=time)
    second = aggregate(first, COUNT, size=20, name="large")
    job = pipeline(plan(READINGS, first, second, outputs={"out": "large"}))
    emission = job.process(batch(lines((1, "a", 1), (12, "a", 1), (22, "a", 1), (43, "a", 1))))
    assert starts(emission) == expected
    assert emission.counts["large"].entered == 3


def test_finish_closes_windows_of_windows() -> None:
    first = aggregate(READINGS, COUNT, name="small")
    second = aggregate(first, COUNT, size=20, name="large")
    job = pipeline(plan(READINGS, first, second, outputs={"out": "large"}))
    job.process(batch(lines((1, "a", 1), (12, "a", 1))))
    assert starts(job.finish()) == [(0, 2)]


def test_an_aggregate_row_that_cannot_be_computed_with_is_a_dead_letter_of_that_step() -> None:
    first = aggregate(READINGS, COUNT, name="small")
    overflowing = call("add", col("n", INT), lit(2**63 - 1, INT), type_=INT)
    step = mapped(first, value=(overflowing, INT))
    emission = pipeline(plan(READINGS, first, step)).process(batch(lines((1, "a", 1), (12, "a", 1))))
    letter = emission.dead[0]
    assert (letter.step, letter.partition, letter.reason) == ("map", "small", "integer overflow")
    assert b'"n":1' in letter.raw


def aggregated(*compute: Aggregation) -> dict[str, Any]:
    step = aggregate(READINGS, *compute)
    payload = b'{"t":3,"x":3,"i":1}\n{"t":1,"x":1}\n{"t":2,"i":3}\n{"t":4,"x":2,"i":3}\n'
    job = pipeline(plan(READINGS, step))
    job.process(batch(payload))
    row: dict[str, Any] = rows(job.finish())[0]
    return row


def test_each_aggregate_leaves_nulls_out() -> None:
    x, i = col("x"), col("i", INT)
    row = aggregated(
        COUNT,
        Aggregation("count", "count", INT, x),
        Aggregation("sum", "sum", FLOAT, x),
        Aggregation("isum", "sum", INT, i),
        Aggregation("avg", "avg", FLOAT, x),
        Aggregation("min", "min", FLOAT, x),
        Aggregation("max", "max", FLOAT, x),
        Aggregation("first", "first", FLOAT, x),
        Aggregation("last", "last", FLOAT, x),
        Aggregation("stddev", "stddev", FLOAT, x),
        Aggregation("distinct", "count_distinct", INT, i),
        Aggregation("median", "quantile", FLOAT, x, 0.5),
    )
    del row["window_start"], row["window_end"], row["revision"]
    assert row == {
        "n": 4,
        "count": 3,
        "sum": 6.0,
        "isum": 7,
        "avg": 2.0,
        "min": 1.0,
        "max": 3.0,
        "first": 1.0,
        "last": 2.0,
        "stddev": 1.0,
        "distinct": 2,
        "median": 2.0,
    }


def test_filter_where_chooses_per_aggregate_and_an_empty_one_is_null() -> None:
    hot = call("gt", col("x"), lit(1.5))
    never = call("gt", col("x"), lit(99.0))
    row = aggregated(
        Aggregation("n", "count", INT, where=hot),
        Aggregation("avg", "avg", FLOAT, col("x"), where=hot),
        Aggregation("max", "max", FLOAT, col("x"), where=never),
        Aggregation("last", "last", FLOAT, col("x"), where=never),
        Aggregation("sum", "sum", INT, call("add", col("i", INT), lit(1, INT), type_=INT), where=hot),
    )
    assert (row["n"], row["avg"], row["max"], row["last"], row["sum"]) == (2, 2.5, None, None, 6)


def test_windows_that_end_with_a_version_are_partial_and_reach_those_that_stay() -> None:
    first = aggregate(READINGS, COUNT, name="small", grace_us=5 * SECOND)
    second = aggregate(first, Aggregation("n", "sum", INT, col("n", INT)), size=20, name="large")
    outputs = {"small": "small", "large": "large"}
    before = pipeline(plan(READINGS, first, second, outputs=outputs))
    before.process(batch(lines((1, "a", 1), (12, "a", 1), (13, "a", 1))))
    emission = before.close({step_digest(READINGS), step_digest(second)})
    assert [(row["n"], row["revision"]) for row in rows(emission, "small")] == [(1, -1), (2, -1)]
    assert emission.counts["large"].folded == 2
    assert not rows(emission, "large")

    changed = aggregate(READINGS, COUNT, name="small")
    after = pipeline(plan(READINGS, changed, second, outputs=outputs), state=before.snapshot())
    emission = after.process(batch(lines((14, "a", 1), (45, "a", 1), (56, "a", 1))))
    assert [(row["n"], row["revision"]) for row in rows(emission, "small")] == [(1, 0), (1, 0)]
    assert [(row["n"], row["revision"]) for row in rows(emission, "large")] == [(4, 0)]


def test_what_stays_is_not_closed() -> None:
    step = aggregate(READINGS, COUNT)
    job = pipeline(plan(READINGS, step))
    job.process(batch(lines((1, "a", 1))))
    assert not job.close({step_digest(step)}).outputs
    assert starts(job.finish()) == [(0, 1)]
    assert not job.close(()).outputs
