from __future__ import annotations

from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from edge_orch.engine.account import Account
from edge_orch.engine.latest import KEPT, LatestValues
from edge_orch.engine.room import Room
from edge_orch.plan.schema import Field, Schema
from edge_orch.plan.steps import Latest
from edge_orch.time import SECOND
from tests.unit.engine.plans import FLOAT, STRING, TIMESTAMP, at, batch, parsed, pipeline, plan, room, rows, schematize


def test_a_value_stands_in_the_records_after_it_of_its_key() -> None:
    latest = LatestValues(100, 1, room())
    records = [("a", 1, "x"), ("b", 2, None), ("a", 3, None), ("a", 4, "y"), ("a", 5, None)]
    assert [latest.at((key,), time, (value,))[0] for key, time, value in records] == ["x", None, "x", "y", "y"]


def test_fields_are_each_for_themselves() -> None:
    latest = LatestValues(100, 2, room())
    records: list[tuple[Any, ...]] = [(1, None), (None, 2), (3, None)]
    assert [latest.at((), time, values) for time, values in enumerate(records)] == [(1, None), (1, 2), (3, 2)]


def test_a_value_that_is_too_old_counts_no_more() -> None:
    latest = LatestValues(10, 1, room())
    latest.at((), 0, (1,))
    assert (latest.at((), 10, (None,)), latest.at((), 11, (None,))) == ((1,), (None,))


def test_a_record_that_comes_behind_sees_what_was_not_later_than_it() -> None:
    latest = LatestValues(100, 1, room())
    for time in (10, 20, 30):
        latest.at((), time, (time,))
    assert [latest.at((), time, (None,))[0] for time in (25, 9, 10, 31)] == [20, None, 10, 30]


def test_what_no_record_can_see_any_more_is_forgotten() -> None:
    latest = LatestValues(10, 1, room())
    latest.at(("a",), 0, (1,))
    latest.advance(10)
    assert len(latest) == 1
    latest.advance(11)
    assert len(latest) == 0


def test_without_room_the_keys_silent_for_longest_are_forgotten_and_counted() -> None:
    count = Account()
    latest = LatestValues(1000, 1, Room(5_000, count))
    for time in range(40):
        latest.at((time,), time, ("value",))
    assert count.evicted > 0
    assert len(latest) + count.evicted == 40
    assert latest.at((39,), 50, (None,)) == ("value",)
    assert latest.at((0,), 50, (None,)) == (None,)


def test_one_key_alone_keeps_within_the_room_at_the_cost_of_its_oldest_values() -> None:
    count = Account()
    own = Room(5_000, count)
    latest = LatestValues(1000, 2, own)
    for time in range(KEPT):
        latest.at(("a",), time, ("x" * 1_000, "y"))
        assert own.used <= own.limit
    assert count.evicted > 0
    assert latest.at(("a",), KEPT, (None, None)) == ("x" * 1_000, "y")


def test_a_value_for_which_there_is_no_room_at_all_stands_in_its_own_record_only() -> None:
    count = Account()
    own = Room(5_000, count)
    latest = LatestValues(1000, 1, own)
    latest.at(("a",), 1, ("small",))
    assert latest.at(("a",), 2, ("x" * 9_000,)) == ("x" * 9_000,)
    assert (latest.at(("a",), 3, (None,)), own.used, count.evicted) == ((None,), 0, 2)


@given(
    st.lists(st.tuples(st.sampled_from("abcdef"), st.integers(0, 40), st.none() | st.integers(0, 900)), max_size=60),
    st.integers(0, 59),
)
def test_it_keeps_within_the_room_and_knows_after_a_restart_what_it_holds(
    records: list[tuple[str, int, int | None]], cut: int
) -> None:
    own = Room(2_000, Account())
    latest = LatestValues(1000, 1, own)
    for number, (key, time, size) in enumerate(records):
        if number == cut:
            saved, used = latest.snapshot(), own.used
            latest.restore(saved)
            assert own.used == used
        text = None if size is None else "x" * size
        (told,) = latest.at((key,), time, (text,))
        assert told == text or text is None
        assert own.used <= own.limit


def test_a_record_far_behind_sees_its_own_value() -> None:
    latest = LatestValues(1000, 1, room())
    for time in range(1, KEPT + 1):
        latest.at((), 100 + time, (time,))
    assert latest.at((), 1, (99,)) == (99,)


def test_other_bytes_are_refused_and_change_nothing() -> None:
    latest = LatestValues(10, 1, room())
    latest.at((), 0, (1,))
    with pytest.raises(msgspec.DecodeError):
        latest.restore(b"\xa1x")
    assert latest.at((), 1, (None,)) == (1,)


@given(st.lists(st.tuples(st.sampled_from("ab"), st.integers(0, 40), st.none() | st.integers(0, 99)), max_size=KEPT))
def test_what_is_seen_is_what_a_look_at_the_whole_past_gives(records: list[tuple[str, int, int | None]]) -> None:
    """The reference keeps everything; the memory is saved, restored and swept after every record."""
    latest = LatestValues(10, 1, room())
    past: list[tuple[str, int, int]] = []
    for key, time, value in records:
        if value is not None:
            past.append((key, time, value))
        mine = [each for each in past if each[0] == key and time - 10 <= each[1] <= time]
        newest = max((each[1] for each in mine), default=0)
        told = [each[2] for each in mine if each[1] == newest]
        assert latest.at((key,), time, (value,)) == (told[-1] if told else None,)
        again = LatestValues(10, 1, room())
        again.restore(latest.snapshot())
        latest = again
        latest.advance(0)


def test_the_step_adds_nullable_fields_and_goes_on_from_a_snapshot() -> None:
    step = schematize(
        parsed("t", TIMESTAMP, format="unix_s"), parsed("k", STRING), parsed("x", FLOAT, required=False), time="t"
    )
    schema = Schema((*step.schema.fields, Field("last_x", FLOAT)), "t")
    job = plan(step, Latest("latest", "parse", ("k",), (("last_x", "x"),), 60 * SECOND, schema))
    first = pipeline(job)
    told = rows(first.process(batch(b'{"t":1,"k":"a","x":1}\n{"t":2,"k":"a"}\n{"t":3,"k":"b"}')))
    assert [row["last_x"] for row in told] == [1.0, 1.0, None]
    second = pipeline(job, state=first.snapshot())
    told = rows(second.process(batch(b'{"t":4,"k":"a"}\n{"t":99,"k":"a"}', received=at(1))))
    assert [row["last_x"] for row in told] == [1.0, None]
