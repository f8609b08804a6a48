from __future__ import annotations

from edge_orch.plan.windows import SessionWindow
from tests.unit.engine.plans import plan
from tests.unit.engine.windows.reference import Case, Given
from tests.unit.engine.windows.test_kinds import READINGS, run, step, told

JOB = plan(READINGS, step(Case(SessionWindow(5), 10, "drop")))


def session(*times: int) -> list[tuple[int, int, int]]:
    """(start, end, n) of each row of records at these seconds, all of one key."""
    return [(row.start, row.end, row.n) for row in told(run(JOB, [Given("p", time, "a", 1) for time in times]))]


def test_a_session_ends_a_gap_after_its_last_record() -> None:
    assert session(1, 4, 8) == [(1, 13, 3)]


def test_a_record_after_exactly_the_gap_begins_another() -> None:
    assert session(1, 5, 10) == [(1, 10, 2), (10, 15, 1)]


def test_a_record_between_two_sessions_makes_them_one() -> None:
    assert session(1, 9, 5) == [(1, 14, 3)]
    assert session(1, 9) == [(1, 6, 1), (9, 14, 1)]


def test_a_record_before_a_session_moves_its_beginning() -> None:
    assert session(9, 6, 2) == [(2, 14, 3)]


def test_rows_come_in_the_order_of_their_ends_whatever_began_first() -> None:
    records = [Given("p", 3, "b", 1), Given("p", 1, "a", 1), Given("p", 60, "c", 1)]
    assert [row.key for row in told(run(JOB, records))] == ["a", "b", "c"]


def test_a_session_may_go_on_for_long() -> None:
    assert session(*range(100)) == [(0, 104, 100)]
