from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from edge_orch.engine.records import Emission
from edge_orch.plan.plan import encode_plan
from edge_orch.plan.windows import SessionWindow
from tests.unit.engine.plans import at, batch, pipeline, plan
from tests.unit.engine.windows.reference import Case, Given, Said
from tests.unit.engine.windows.test_kinds import READINGS, line, run, step, told

Span = tuple[int, int, int]


def spans(window: SessionWindow, times: list[int]) -> list[Span]:
    """(start, end, n) of each row of records at these seconds, all of one key, none of them late."""
    job = plan(READINGS, step(Case(window, 1000, "drop")))
    return [(row.start, row.end, row.n) for row in told(run(job, [Given("p", time, "a", 1) for time in times]))]


def test_a_record_at_the_greatest_length_begins_another() -> None:
    assert spans(SessionWindow(5, 12), [0, 4, 8, 11, 12, 13]) == [(0, 12, 4), (12, 18, 2)]


def test_a_session_that_falls_silent_ends_a_gap_after_its_last_record_as_ever() -> None:
    assert spans(SessionWindow(5, 12), [0, 4, 20]) == [(0, 9, 2), (20, 25, 1)]


def test_with_the_gap_as_its_length_a_session_lasts_so_long_from_its_first_record() -> None:
    assert spans(SessionWindow(5, 5), [1, 2, 5, 6, 30]) == [(1, 6, 3), (6, 11, 1), (30, 35, 1)]


def test_two_sessions_are_joined_only_if_what_comes_of_it_is_short_enough() -> None:
    assert spans(SessionWindow(5, 12), [0, 8, 4]) == [(0, 12, 3)]
    assert spans(SessionWindow(5, 8), [0, 8, 4]) == [(0, 8, 2), (8, 13, 1)]


def test_a_record_that_fits_into_neither_of_two_sessions_is_one_of_its_own() -> None:
    assert spans(SessionWindow(5, 6), [0, 4, 8, 13, 7]) == [(0, 6, 2), (7, 13, 2), (13, 18, 1)]
    assert spans(SessionWindow(5, 6), [0, 4, 9, 13, 7]) == [(0, 6, 2), (7, 12, 1), (9, 15, 2)]


def rows(job: Case, *records: int) -> list[list[Said]]:
    """What each record brings forth."""
    engine = pipeline(plan(READINGS, step(job)))
    payloads = [[line(Given("p", time, "a", 1))] for time in records]
    emissions: list[Emission] = [engine.process(batch(payload, received=at(0))) for payload in payloads]
    return [told([emission]) for emission in emissions]


def test_a_session_is_told_when_it_has_its_length_though_records_go_on() -> None:
    first, *_, last = rows(Case(SessionWindow(5, 12), 0, "drop"), 0, 4, 8, 11, 12)
    assert (first, [(row.start, row.end, row.n) for row in last]) == ([], [(0, 12, 4)])


def in_one_batch(*records: tuple[str, int]) -> Emission:
    """Of sessions of less than six seconds, told three seconds after their end."""
    engine = pipeline(plan(READINGS, step(Case(SessionWindow(5, 6), 3, "drop"))))
    return engine.process(batch([line(Given("p", time, key, 1)) for key, time in records]))


def test_an_earlier_record_brings_its_end_forward_before_those_of_others() -> None:
    emission = in_one_batch(("b", 6), ("a", 7), ("a", 4), ("b", 13), ("a", 9), ("b", 17))
    assert [(row.key, row.start, row.end, row.n) for row in told([emission])] == [
        ("a", 4, 10, 2), ("b", 6, 11, 1), ("a", 9, 14, 1),
    ]  # fmt: skip


def test_an_earlier_record_is_late_where_it_would_end_a_session_in_the_past() -> None:
    emission = in_one_batch(("a", 9), ("a", 13), ("a", 17), ("a", 8))
    assert emission.counts["windows"].late == 1


def test_a_plan_without_it_is_what_it_was() -> None:
    assert b'"window":{"gap_us":4000000,"kind":"session"}' in encode_plan(
        plan(READINGS, step(Case(SessionWindow(4), 0, "drop")))
    )
    assert b'"max_us":9000000' in encode_plan(plan(READINGS, step(Case(SessionWindow(4, 9), 0, "drop"))))


@given(st.lists(st.integers(0, 60), min_size=1, max_size=30), st.integers(1, 6), st.integers(0, 12))
def test_records_in_order_are_cut_at_gaps_and_where_they_would_become_too_long(
    times: list[int], gap: int, more: int
) -> None:
    longest = gap + more
    expected: list[list[int]] = []
    for time in sorted(times):
        if not expected or time - expected[-1][-1] >= gap or time - expected[-1][0] >= longest:
            expected.append([])
        expected[-1].append(time)
    ends = [(each[0], min(each[-1] + gap, each[0] + longest), len(each)) for each in expected]
    assert spans(SessionWindow(gap, longest), sorted(times)) == sorted(ends, key=lambda span: span[1])


@given(st.permutations(range(12)), st.lists(st.integers(0, 60), min_size=12, max_size=12), st.integers(1, 6))
def test_whatever_the_order_sessions_do_not_overlap_and_lose_nothing(
    order: list[int], times: list[int], gap: int
) -> None:
    longest = gap + 3
    found = sorted(spans(SessionWindow(gap, longest), [times[place] for place in order]))
    assert sum(n for _, _, n in found) == len(times)
    for place, (start, end, n) in enumerate(found):
        following = found[place + 1][0] if place + 1 < len(found) else 1000
        mine = [time for time in times if start <= time < min(following, start + longest)]
        assert len(mine) == n
        assert end == min(max(mine) + gap, start + longest)


@given(st.permutations(range(12)), st.lists(st.integers(0, 60), min_size=12, max_size=12), st.integers(1, 6))
def test_where_no_session_is_too_long_the_order_changes_nothing(order: list[int], times: list[int], gap: int) -> None:
    whole = spans(SessionWindow(gap), sorted(times))
    longest = max(end - start for start, end, _ in whole)
    assert spans(SessionWindow(gap, longest), [times[place] for place in order]) == whole
