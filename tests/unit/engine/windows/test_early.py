from __future__ import annotations

from typing import Any

import msgspec
import pytest

from edge_orch.compile import compile_job
from edge_orch.engine.pipeline import Pipeline
from edge_orch.engine.records import Emission
from edge_orch.plan.plan import Plan
from edge_orch.plan.steps import Aggregation
from edge_orch.plan.windows import CalendarWindow
from edge_orch.time import SECOND
from tests.unit.engine.plans import FLOAT, INT, aggregate, at, batch, col, pipeline, plan, rows
from tests.unit.engine.test_room import the_room
from tests.unit.engine.windows.reference import Case
from tests.unit.engine.windows.test_aligned import COUNT, READINGS, lines
from tests.unit.engine.windows.test_kinds import step as of_kind

DISTINCT = Aggregation("kinds", "count_distinct", INT, col("x", INT))


def job(*, size: int = 60, early: int = 20, **rules: Any) -> Plan:
    made = aggregate(READINGS, COUNT, by=("k",), size=size, time="window_end", **rules)
    return plan(READINGS, msgspec.structs.replace(made, early_us=early * SECOND))


def said(emission: Emission) -> list[tuple[str, str, str, int]]:
    """(start, end, key, n) of each row, times as MM:SS."""
    return [(row["window_start"][14:19], row["window_end"][14:19], row["k"], row["n"]) for row in rows(emission)]


def test_a_window_tells_what_it_holds_so_far_at_each_mark() -> None:
    engine = pipeline(job())
    emission = engine.process(batch(lines((1, "a", 1), (25, "b", 1), (26, "a", 1), (61, "a", 1))))
    assert said(emission) == [
        ("00:00", "00:20", "a", 1),
        ("00:00", "00:40", "a", 2), ("00:00", "00:40", "b", 1),
        ("00:00", "01:00", "a", 2), ("00:00", "01:00", "b", 1),
    ]  # fmt: skip
    assert said(engine.finish()) == [("01:00", end, "a", 1) for end in ("01:20", "01:40", "02:00")]


def test_no_row_comes_before_the_first_record_of_a_window() -> None:
    assert said(pipeline(job()).process(batch(lines((45, "a", 1), (60, "a", 1))))) == [("00:00", "01:00", "a", 1)]


def test_what_comes_behind_a_mark_is_in_the_next() -> None:
    emission = pipeline(job()).process(batch(lines((1, "a", 1), (21, "b", 1), (2, "a", 1), (3, "b", 1), (41, "a", 1))))
    assert said(emission) == [
        ("00:00", "00:20", "a", 1), ("00:00", "00:40", "a", 2), ("00:00", "00:40", "b", 2),
    ]  # fmt: skip
    waiting = pipeline(job(grace_us=5 * SECOND)).process(
        batch(lines((1, "a", 1), (21, "a", 1), (2, "a", 1), (25, "a", 1)))
    )
    assert said(waiting) == [("00:00", "00:20", "a", 2)]


def test_rows_come_while_everything_is_silent() -> None:
    engine = pipeline(job(idle_us=5 * SECOND))
    engine.process(batch(lines((1, "a", 1)), received=at(1)))
    assert said(engine.advance(at(20))) == [("00:00", "00:20", "a", 1)]
    assert engine.wake_at() == 40 * SECOND
    assert [end for _, end, _, _ in said(engine.advance(at(60)))] == ["00:40", "01:00"]
    assert engine.wake_at() is None


def test_a_version_that_ends_tells_the_whole_window_once() -> None:
    engine = pipeline(job())
    engine.process(batch(lines((1, "a", 1), (25, "a", 1), (50, "a", 1), (2, "a", 1))))
    (row,) = rows(engine.close(()))
    assert (row["n"], row["window_end"], row["revision"]) == (4, "1970-01-01T00:01:00Z", -1)


def test_days_of_a_zone_have_marks_from_their_beginning_on_and_end_when_they_end() -> None:
    case = Case(CalendarWindow("day", "Europe/Vienna"), 0, "drop", early=7 * 3600)
    engine = pipeline(plan(READINGS, of_kind(case)))
    spring = 1_774_738_800  # 2026-03-29T00:00+01:00, a day of 23 hours
    engine.process(batch(lines((spring + 1, "a", 1)), received=at(spring + 1)))
    ends = [row["window_end"] for row in rows(engine.finish())]
    assert ends == [f"2026-03-29T{hour}:00:00Z" for hour in ("06", "13", "20", "22")]


@pytest.mark.parametrize("marks", [2, 60])
def test_a_window_takes_as_much_room_however_many_rows_it_has(marks: int) -> None:
    compute = (COUNT, DISTINCT, Aggregation("avg", "avg", FLOAT, col("x", INT)))
    made = aggregate(READINGS, *compute, by=("k",), size=60, time="window_end")
    engine: Pipeline = pipeline(plan(READINGS, msgspec.structs.replace(made, early_us=60 * SECOND // marks)))
    emission = engine.process(batch(lines(*((second, "a", second % 5) for second in range(60)))))
    room = the_room(engine, "windows")
    cell = pipeline(plan(READINGS, made))
    cell.process(batch(lines((1, "a", 1))))
    assert room.used < 3 * the_room(cell, "windows").used
    assert len(rows(emission)) == marks - 1
    assert rows(engine.close(()))[0]["kinds"] == 5
    assert room.used == 0


def test_it_says_what_flink_says_of_cumulating_windows() -> None:
    """The example of its documentation of CUMULATE, with steps of two minutes in ten."""
    made = compile_job(
        """
apiVersion: edge-orch/v1
kind: Job
metadata: {name: bids}
spec:
  source: {file: {path: x}}
  steps:
    - schematize:
        csv: {columns: [bidtime, price]}
        fields: {bidtime: {type: timestamp, format: '%Y-%m-%d %H:%M'}, price: float}
        time: bidtime
    - aggregate: {window: {tumbling: 10m}, compute: {total: sum(price)}, early: 2m}
  outputs: {out: {from: aggregate, to: o}}
  sinks: {o: {file: {path: y}}}
""",
        "bids.yaml",
    )
    engine = pipeline(made)
    bids = ("05,4.00", "07,2.00", "09,5.00", "11,3.00", "13,1.00", "17,6.00")
    engine.process(batch("\n".join(f"2020-04-15 08:{bid}" for bid in bids).encode(), received=at(1_586_940_000)))
    told = rows(engine.finish())
    assert [(row["window_end"][14:16], row["total"]) for row in told] == [("18", 10.0), ("20", 10.0)]
