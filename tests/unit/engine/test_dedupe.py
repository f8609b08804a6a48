from __future__ import annotations

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from edge_orch.engine.dedupe import Seen
from edge_orch.engine.memory import Key
from tests.unit.engine.plans import room

KEYS: st.SearchStrategy[Key] = st.tuples(
    st.sampled_from(["press-01", "press-02", None]), st.sampled_from([1, 2, 3.5, True])
)
RECORDS = st.lists(st.tuples(KEYS, st.integers(0, 100)), max_size=50)


def test_a_repetition_is_no_first_until_the_span_has_passed() -> None:
    seen = Seen(10, room())
    assert seen.first(("a", 1), 100)
    assert not seen.first(("a", 1), 110)
    assert not seen.first(("a", 1), 90)
    assert seen.first(("a", 2), 100)
    assert seen.first(("a", 1), 111)
    assert not seen.first(("a", 1), 121)


@given(RECORDS)
def test_records_that_pass_lie_apart_and_the_others_near_one_that_passed(records: list[tuple[Key, int]]) -> None:
    seen = Seen(10, room())
    passed: dict[Key, int] = {}
    for key, time_us in sorted(records, key=lambda record: record[1]):
        near = key in passed and time_us - passed[key] <= 10
        assert seen.first(key, time_us) is not near
        if not near:
            passed[key] = time_us


@given(st.lists(st.integers(0, 5), max_size=200))
def test_memory_is_bounded_by_the_span(steps: list[int]) -> None:
    seen = Seen(16, room())
    now = 0
    for number, step in enumerate(steps):
        now += step
        seen.first((number,), now)
        seen.advance(now)
        assert len(seen) <= sum(1 for n in range(number + 1) if sum(steps[: n + 1]) >= now - 18)


@given(RECORDS, st.integers(0, 50))
def test_a_snapshot_restored_anywhere_changes_nothing(records: list[tuple[Key, int]], cut: int) -> None:
    whole, first, second = Seen(10, room()), Seen(10, room()), Seen(10, room())

    def take(seen: Seen, part: list[tuple[Key, int]]) -> list[bool]:
        answers = []
        for key, time_us in part:
            answers.append(seen.first(key, time_us))
            seen.advance(time_us)
        return answers

    expected = take(whole, records)
    before = take(first, records[:cut])
    second.restore(first.snapshot())
    assert before + take(second, records[cut:]) == expected
    assert second.snapshot() == whole.snapshot()


def test_restoring_garbage_keeps_the_state() -> None:
    seen = Seen(10, room())
    seen.first(("a",), 1)
    with pytest.raises(msgspec.DecodeError):
        seen.restore(b"\x00garbage")
    assert not seen.first(("a",), 2)
