from __future__ import annotations

from typing import Any

import pytest

from edge_orch.engine.pipeline import Pipeline
from edge_orch.engine.records import Emission
from edge_orch.engine.windows import filled
from edge_orch.plan.plan import Plan, encode_plan
from edge_orch.plan.windows import CalendarWindow, TumblingWindow
from edge_orch.time import SECOND
from tests.unit.engine.plans import aggregate, at, batch, pipeline, plan, rows
from tests.unit.engine.windows.reference import Case
from tests.unit.engine.windows.test_aligned import COUNT, READINGS, lines, starts
from tests.unit.engine.windows.test_kinds import step as of_kind

A_DAY_FROM_THE_END = 253_402_214_400


def job(*, by: tuple[str, ...] = ("k",), empty: int = 30, state: int = 64 << 20, **rules: Any) -> Plan:
    """Counts of ten seconds."""
    return plan(READINGS, aggregate(READINGS, COUNT, by=by, empty_us=empty * SECOND, **rules), state=state)


def said(emission: Emission) -> list[tuple[int, str, int]]:
    """(second at which the window starts, key, n) of each row."""
    return [(start, row["k"], n) for (start, n), row in zip(starts(emission), rows(emission), strict=True)]


def test_a_silent_key_has_rows_for_a_while_after_the_last_that_came() -> None:
    emission = pipeline(job()).process(batch(lines((1, "a", 1), (2, "b", 1), (25, "b", 1), (99, "b", 1))))
    assert said(emission) == [
        (0, "a", 1), (0, "b", 1), (10, "a", 0), (10, "b", 0), (20, "b", 1), (20, "a", 0),
        (30, "a", 0), (30, "b", 0), (40, "b", 0), (50, "b", 0),
    ]  # fmt: skip


def test_without_keys_rows_begin_with_the_first_record() -> None:
    emission = pipeline(job(by=())).process(batch(lines((31, "a", 1), (62, "b", 1))))
    assert starts(emission) == [(30, 1), (40, 0), (50, 0)]


def test_a_gap_makes_as_many_rows_as_were_asked_for_whatever_its_length() -> None:
    emission = pipeline(job()).process(batch(lines((1, "a", 1), (1e9, "a", 1))))
    assert [n for _, _, n in said(emission)] == [1, 0, 0, 0]


def test_more_rows_than_may_wait_at_once_are_not_made(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(filled, "MOST_AT_ONCE", 3)
    engine = pipeline(job(empty=600))
    emission = engine.process(batch(lines((1, "a", 1), (2, "b", 1), (31, "b", 1), (32, "c", 1), (1e9, "b", 1))))
    assert said(emission) == [
        (0, "a", 1), (0, "b", 1), (10, "a", 0), (10, "b", 0), (20, "a", 0), (20, "b", 0), (30, "b", 1), (30, "c", 1),
        (40, "b", 0), (40, "c", 0), (50, "b", 0), (50, "c", 0),
    ]  # fmt: skip
    assert emission.counts["windows"].evicted == 4
    assert said(engine.process(batch(lines((1e9 + 20, "b", 1))))) != []


def test_the_end_of_time_ends_the_rows() -> None:
    days = of_kind(Case(CalendarWindow("day", "UTC"), 0, "drop", 90 * 86400))
    engine = pipeline(plan(READINGS, days))
    engine.process(batch(lines((A_DAY_FROM_THE_END - 86400, "a", 1)), received=at(0)))
    emissions = [engine.advance(at(1e6 * (1 + day))) for day in range(99)]
    assert sum(len(rows(emission)) for emission in emissions) <= 3


def test_rows_come_while_everything_is_silent_and_then_end() -> None:
    engine = pipeline(job(idle_us=5 * SECOND))
    engine.process(batch(lines((1, "a", 1)), received=at(1)))
    assert said(engine.advance(at(10))) == [(0, "a", 1)]
    assert engine.wake_at() == 20 * SECOND
    assert said(engine.advance(at(20))) == [(10, "a", 0)]
    assert said(engine.advance(at(40))) == [(20, "a", 0), (30, "a", 0)]
    assert engine.wake_at() is None


def test_a_partition_behind_holds_the_rows_back_until_it_is_idle() -> None:
    engine = pipeline(job(idle_us=20 * SECOND))
    engine.process(batch(lines((1, "a", 1)), partition="p", received=at(1)))
    assert not said(engine.process(batch(lines((25, "b", 1)), partition="q", received=at(2))))
    assert said(engine.advance(at(21))) == [(0, "a", 1), (10, "a", 0)]


def test_a_late_record_revises_the_row_of_an_empty_window() -> None:
    engine = pipeline(job(grace_us=15 * SECOND, on_late="revise", by=()))
    emission = engine.process(batch(lines((1, "a", 1), (36, "a", 1), (12, "a", 1), (13, "a", 1))))
    assert [(row["window_start"][17:19], row["n"], row["revision"]) for row in rows(emission)] == [
        ("00", 1, 0), ("10", 0, 0), ("10", 1, 1), ("10", 2, 2),
    ]  # fmt: skip


def test_a_late_record_of_a_new_key_has_rows_of_the_windows_still_to_close() -> None:
    engine = pipeline(job(grace_us=30 * SECOND, on_late="revise"))
    emission = engine.process(batch(lines((1, "a", 1), (55, "a", 1), (12, "b", 1), (75, "a", 1))))
    assert [each for each in said(emission) if each[1] == "b"] == [(10, "b", 1), (20, "b", 0), (30, "b", 0)]


def test_a_late_record_opens_the_window_after_those_that_closed() -> None:
    engine = pipeline(job(empty=10, grace_us=30 * SECOND, on_late="revise"))
    emission = engine.process(batch(lines((1, "a", 1), (65, "b", 1), (25, "c", 1), (75, "b", 1))))
    assert [each for each in said(emission) if each[1] == "c"] == [(20, "c", 1), (30, "c", 0)]


def test_a_late_record_of_a_forgotten_key_is_a_revision_only() -> None:
    engine = pipeline(job(empty=10, grace_us=30 * SECOND, on_late="revise"))
    emission = engine.process(batch(lines((1, "a", 1), (2, "b", 1), (25, "b", 1), (62, "b", 1), (3, "a", 1))))
    assert [each for each in said(emission) if each[1] == "a"] == [(0, "a", 1), (10, "a", 0), (0, "a", 2)]


def test_the_end_of_input_tells_what_lies_before_the_newest_record() -> None:
    engine = pipeline(job(grace_us=60 * SECOND))
    assert not said(engine.process(batch(lines((1, "a", 1), (22, "b", 1)))))
    assert said(engine.finish()) == [(0, "a", 1), (10, "a", 0), (20, "b", 1), (20, "a", 0)]


def test_another_version_is_given_the_same_as_partial_rows() -> None:
    engine = pipeline(job(grace_us=60 * SECOND))
    engine.process(batch(lines((1, "a", 1), (22, "b", 1))))
    emission = engine.close(())
    assert said(emission) == [(0, "a", 1), (10, "a", 0), (20, "b", 1), (20, "a", 0)]
    assert {row["revision"] for row in rows(emission)} == {-1}


def test_known_keys_take_room_and_give_it_back() -> None:
    engine = pipeline(job(state=16384))

    def folded(*records: tuple[float, str, float]) -> int:
        return engine.process(batch(lines(*records))).counts["windows"].folded

    first = folded(*((1.0, f"key-{number}", 1.0) for number in range(99)))
    assert 0 < first < 99
    assert folded(*((11.0, f"more-{number}", 1.0) for number in range(99))) < first  # those known stay so
    assert folded(*((99.0, f"later-{number}", 1.0) for number in range(99))) == first


def test_known_keys_take_the_same_room_after_a_restart() -> None:
    first, second = ([(at, f"{at}-{number}", 1.0) for number in range(99)] for at in (1.0, 11.0))
    whole = pipeline(job(state=16384))
    whole.process(batch(lines(*first)))
    again = pipeline(job(state=16384), state=whole.snapshot())
    folded = [engine.process(batch(lines(*second))).counts["windows"].folded for engine in (whole, again)]
    assert folded[0] == folded[1]


@pytest.mark.parametrize("cut", range(1, 6))
def test_what_is_known_is_in_a_snapshot(cut: int) -> None:
    records = [(1.0, "a", 1.0), (2.0, "b", 1.0), (25.0, "b", 1.0), (31.0, "c", 1.0), (55.0, "b", 1.0), (99.0, "b", 1.0)]
    whole = rows(pipeline(job()).process(batch(lines(*records))))
    before = pipeline(job())
    told = rows(before.process(batch(lines(*records[:cut]))))
    after: Pipeline = pipeline(job(), state=before.snapshot())
    assert told + rows(after.process(batch(lines(*records[cut:])))) == whole


def test_a_plan_without_it_is_what_it_was() -> None:
    case = Case(TumblingWindow(10), 0, "drop")
    assert b"empty" not in encode_plan(plan(READINGS, of_kind(case)))
    assert b'"empty_us":5000000' in encode_plan(plan(READINGS, of_kind(case._replace(empty=5))))
