from __future__ import annotations

import json
from typing import Any

import duckdb
import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from edge_orch.compile import compile_job
from edge_orch.engine.account import Account
from edge_orch.engine.emit.moving import ROLLING
from edge_orch.engine.moving import Column, LastRecords
from edge_orch.engine.room import Room
from tests.unit.engine.plans import at, batch, pipeline, room, rows

SUM = [Column(0, sum)]
LONGEST = [Column(0, max)]
AGGREGATES = [
    "count(*)", "count(x)", "sum(x)", "avg(x)", "min(x)", "max(x)", "stddev(x)", "median(x)", "first(k)", "last(k)",
    "arg_max(k, x)", "max(k, 2)", "string_agg(k, '')", "count(*) FILTER (WHERE x > 0)", "count(DISTINCT x)",
]  # fmt: skip
JOB = """
apiVersion: edge-orch/v1
kind: Job
metadata: {name: a}
spec:
  source: {file: {path: x}}
  steps:
    - schematize:
        json: {}
        fields: {t: {type: timestamp, format: unix_s}, k: string, x: {type: float, required: false}}
        time: t
    - moving:
        keys: [k]
        last: 3
        within: 5s
        compute:
%s
  outputs: {out: {from: moving, to: out}}
  sinks: {out: {file: {path: y}}}
"""
PLAN = compile_job(JOB % "\n".join(f'          x{n}: "{each}"' for n, each in enumerate(AGGREGATES)), "job.yaml")
CONNECTION = duckdb.connect()


def sums(last: int, within_us: int, records: list[tuple[str, int, int | None]]) -> list[int]:
    moving = LastRecords(last, within_us, 1, SUM, room())
    return [moving.over((key,), time, (value,))[0] for key, time, value in records]


def test_the_last_records_of_a_key_count_this_one_included() -> None:
    assert sums(2, 100, [("a", 1, 1), ("a", 2, 2), ("b", 3, 9), ("a", 4, 4), ("a", 5, None)]) == [1, 3, 9, 6, 4]


def test_a_record_too_long_ago_counts_no_more() -> None:
    assert sums(9, 10, [("a", 0, 1), ("a", 10, 2), ("a", 11, 4), ("a", 99, 8)]) == [1, 3, 6, 8]


def test_records_count_in_the_order_in_which_they_come() -> None:
    assert sums(2, 100, [("a", 9, 1), ("a", 5, 2), ("a", 7, 4)]) == [1, 3, 6]


def test_it_forgets_keys_that_no_later_record_can_look_back_to() -> None:
    moving = LastRecords(5, 10, 1, SUM, room())
    moving.over(("a",), 0, (1,))
    moving.advance(10)
    assert len(moving) == 1
    moving.advance(11)
    assert len(moving) == 0


def test_without_room_the_keys_silent_for_longest_are_forgotten_and_counted() -> None:
    count = Account()
    moving = LastRecords(5, 1000, 1, SUM, Room(5_000, count))
    for time in range(40):
        moving.over((time,), time, (1,))
    assert count.evicted > 0
    assert len(moving) + count.evicted == 40
    assert list(moving.over((39,), 50, (1,))) == [2]
    assert list(moving.over((0,), 50, (1,))) == [1]


def test_what_it_holds_is_given_back() -> None:
    own = room()
    moving = LastRecords(2, 10, 1, SUM, own)
    for time in range(50):
        moving.over((time % 3,), time, (time,))
    held = own.used
    moving.restore(moving.snapshot())
    assert own.used == held > 0
    moving.advance(1000)
    assert own.used == 0


@given(
    st.lists(st.tuples(st.sampled_from("abcdef"), st.integers(0, 900)), max_size=60),
    st.integers(0, 59),
)
def test_it_keeps_within_the_room_and_knows_after_a_restart_what_it_holds(
    records: list[tuple[str, int]], cut: int
) -> None:
    own = Room(2_000, Account())
    moving = LastRecords(1000, 1000, 1, LONGEST, own)
    for number, (key, size) in enumerate(records):
        if number == cut:
            used = own.used
            moving.restore(moving.snapshot())
            assert own.used == used
        assert len(moving.over((key,), number, ("x" * size,))[0]) >= size
        assert own.used <= own.limit


def test_other_bytes_are_refused_and_change_nothing() -> None:
    moving = LastRecords(5, 10, 1, SUM, room())
    moving.over((), 0, (1,))
    with pytest.raises(msgspec.DecodeError):
        moving.restore(b"\xa1x")
    assert list(moving.over((), 1, (2,))) == [3]


@given(
    st.lists(
        st.tuples(st.sampled_from("ab"), st.integers(0, 4), st.none() | st.sampled_from([0.0, 0.5, -2.5, 3.25])),
        min_size=1,
        max_size=12,
    ),
    st.integers(0, 12),
    st.sampled_from([1, ROLLING]),
)
def test_the_step_says_what_duckdb_says_over_the_rows_before(
    steps: list[tuple[str, int, float | None]], cut: int, rolling: int
) -> None:
    """In order of time, cut anywhere and gone on with from a snapshot; `rolling`: from how many on that is done."""
    second, records = 0, []
    for key, gap, value in steps:
        second += gap
        records.append({"t": second, "k": key, "x": value})
    lines = [json.dumps(record).encode() for record in records]
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("edge_orch.engine.emit.moving.ROLLING", rolling)
        first = pipeline(PLAN)
        told = rows(first.process(batch(b"\n".join(lines[:cut]))))
        later = pipeline(PLAN, state=first.snapshot())
        told += rows(later.process(batch(b"\n".join(lines[cut:]), received=at(0))))
    for row, expected in zip(told, duckdb_says(records), strict=True):
        for place, (aggregate, value) in enumerate(zip(AGGREGATES, expected, strict=True)):
            assert row[f"x{place}"] == pytest.approx(value), aggregate


def duckdb_says(records: list[dict[str, Any]]) -> list[list[Any]]:
    typed = "SELECT n::bigint AS n, t::bigint AS t, k::text AS k, x::double AS x"
    table = ", ".join(["(?, ?, ?, ?)"] * len(records))
    values = [value for n, record in enumerate(records) for value in (n, *record.values())]
    # The last three of a key, and of those the ones within five seconds.
    own = "SELECT n, k, t, row_number() OVER (PARTITION BY k ORDER BY n) AS place FROM r"
    near = (
        "SELECT me.n AS me, r.* FROM o AS me JOIN o ON o.k = me.k AND o.place BETWEEN me.place - 2 AND me.place "
        "AND o.t >= me.t - 5 JOIN r ON r.n = o.n ORDER BY me, r.n"
    )
    found = CONNECTION.execute(
        f"WITH r AS ({typed} FROM (VALUES {table}) AS r(n, t, k, x)), o AS ({own}), near AS ({near}) "  # noqa: S608 - our own text
        f"SELECT {', '.join(AGGREGATES)} FROM near GROUP BY me ORDER BY me",
        values,
    ).fetchall()
    return [list(row) for row in found]
