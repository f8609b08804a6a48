from __future__ import annotations

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from edge_orch.engine.lag import EarlierRecords, PreviousRecords
from edge_orch.plan.schema import Field, Schema
from edge_orch.plan.steps import Lag
from edge_orch.time import SECOND
from tests.unit.engine.plans import FLOAT, STRING, TIMESTAMP, at, batch, parsed, pipeline, plan, room, rows, schematize

NONE = (None,)


def test_the_record_before_of_the_same_key_is_told() -> None:
    previous = PreviousRecords(100, 1, room())
    told = [previous.before((key,), time, (value,)) for key, time, value in (("a", 1, 1), ("b", 2, 2), ("a", 3, 3))]
    assert told == [NONE, NONE, (1,)]


def test_of_the_same_moment_the_one_that_came_before_counts() -> None:
    previous = PreviousRecords(100, 1, room())
    assert [previous.before((), 5, (value,)) for value in (1, 2)] == [NONE, (1,)]


def test_a_record_behind_the_latest_has_none_before_it_and_is_not_remembered() -> None:
    previous = PreviousRecords(100, 1, room())
    previous.before((), 10, (1,))
    assert previous.before((), 9, (2,)) == NONE
    assert previous.before((), 11, (3,)) == (1,)


def test_what_lies_too_far_back_is_none_before() -> None:
    previous = PreviousRecords(10, 1, room())
    previous.before((), 0, (1,))
    assert previous.before((), 10, (2,)) == (1,)
    assert previous.before((), 21, (3,)) == NONE


def test_it_forgets_what_no_later_record_can_have_before_it() -> None:
    previous = PreviousRecords(10, 1, room())
    previous.before(("a",), 0, (1,))
    previous.advance(10)
    assert len(previous) == 1
    previous.advance(11)
    assert len(previous) == 0


def test_other_bytes_are_refused_and_change_nothing() -> None:
    previous = PreviousRecords(10, 1, room())
    previous.before((), 0, (1,))
    with pytest.raises(msgspec.DecodeError):
        previous.restore(b"\xa1x")
    assert previous.before((), 1, (2,)) == (1,)


@given(
    st.lists(st.tuples(st.sampled_from("ab"), st.integers(0, 40), st.one_of(st.none(), st.floats(-1, 1))), max_size=30)
)
def test_what_is_told_is_what_a_look_at_the_whole_past_gives(records: list[tuple[str, int, float | None]]) -> None:
    """The reference keeps everything; the memory is saved, restored and swept after every record."""
    previous = PreviousRecords(10, 2, room())
    past: list[tuple[str, int, float | None]] = []
    for key, time, value in records:
        mine = [each for each in past if each[0] == key]
        expected: tuple[int | None, float | None] = (None, None)
        if mine:
            newest = max(mine, key=lambda each: each[1])[1]
            before = [each for each in mine if each[1] == newest][-1]
            if newest <= time <= newest + 10:
                expected = (before[1], before[2])
        assert previous.before((key,), time, (time, value)) == expected
        if not mine or time >= max(each[1] for each in mine):
            past.append((key, time, value))
        again = PreviousRecords(10, 2, room())
        again.restore(previous.snapshot())
        previous = again
        # Up to here nothing is late: what is forgotten can be before no record that is still to come.
        previous.advance(0)


@given(
    st.integers(1, 4),
    st.lists(st.tuples(st.sampled_from("ab"), st.integers(0, 20), st.integers(0, 9)), max_size=30),
)
def test_so_many_records_before_is_what_a_look_at_the_whole_past_gives(
    offset: int, records: list[tuple[str, int, int]]
) -> None:
    """The reference keeps everything; the memory is saved, restored and swept after every record. One is as above."""
    memories: list[EarlierRecords | PreviousRecords] = [EarlierRecords(10, 2, offset, room())]
    memories += [PreviousRecords(10, 2, room())] if offset == 1 else []
    past: list[tuple[str, int, int]] = []
    for key, time, value in records:
        mine = [each for each in past if each[0] == key]
        expected: tuple[int | None, int | None] = (None, None)
        behind = bool(mine) and time < mine[-1][1]
        if not behind:
            if len(mine) >= offset and time - mine[-offset][1] <= 10:
                expected = mine[-offset][1:]
            past.append((key, time, value))
        for memory in memories:
            assert memory.before((key,), time, (time, value)) == expected
        again = EarlierRecords(10, 2, offset, room())
        again.restore(memories[0].snapshot())
        again.advance(0)
        memories[0] = again


def test_of_so_many_before_other_bytes_are_refused_and_change_nothing() -> None:
    earlier = EarlierRecords(10, 1, 2, room())
    earlier.before((), 0, (1,))
    earlier.before((), 1, (2,))
    with pytest.raises(msgspec.DecodeError):
        earlier.restore(b"\xa1x")
    assert earlier.before((), 1, (3,)) == (1,)


def test_so_many_records_before_take_their_room_and_give_it_back() -> None:
    space = room()
    earlier = EarlierRecords(10, 1, 3, space)
    for time in range(5):
        earlier.before(("a",), time, ("x" * 100,))
    held = space.used
    earlier.before(("a",), 6, ("x" * 100,))
    assert space.used == held
    earlier.advance(17)
    assert (len(earlier), space.used) == (0, 0)


def test_the_step_tells_the_record_so_many_before_and_goes_on_from_a_snapshot() -> None:
    step = schematize(parsed("t", TIMESTAMP, format="unix_s"), parsed("x", FLOAT), time="t")
    schema = Schema((*step.schema.fields, Field("was", FLOAT)), "t")
    job = plan(step, Lag("lag", "parse", (), (("was", "x"),), 60 * SECOND, schema, 2))
    first = pipeline(job)
    told = rows(first.process(batch(b'{"t":1,"x":1}\n{"t":2,"x":2}\n{"t":3,"x":3}')))
    assert [row["was"] for row in told] == [None, None, 1.0]
    second = pipeline(job, state=first.snapshot())
    told = rows(second.process(batch(b'{"t":4,"x":5}\n{"t":99,"x":6}', received=at(1))))
    assert [row["was"] for row in told] == [2.0, None]


def test_the_step_adds_nullable_fields_and_goes_on_from_a_snapshot() -> None:
    step = schematize(
        parsed("t", TIMESTAMP, format="unix_s"), parsed("k", STRING, required=False), parsed("x", FLOAT), time="t"
    )
    schema = Schema((*step.schema.fields, Field("was", FLOAT), Field("since", TIMESTAMP)), "t")
    job = plan(step, Lag("lag", "parse", ("k",), (("was", "x"), ("since", "t")), 60 * SECOND, schema))
    first = pipeline(job)
    told = rows(first.process(batch(b'{"t":1,"k":"a","x":1}\n{"t":2,"x":2}\n{"t":3,"k":"a","x":4}')))
    assert [row["was"] for row in told] == [None, None, 1.0]
    assert told[2]["since"] == "1970-01-01T00:00:01Z"
    second = pipeline(job, state=first.snapshot())
    told = rows(second.process(batch(b'{"t":4,"k":"a","x":5}\n{"t":99,"x":6}', received=at(1))))
    assert [row["was"] for row in told] == [4.0, None]
