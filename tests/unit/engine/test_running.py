from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

import duckdb
import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from edge_orch.compile import compile_job
from edge_orch.engine.account import Account
from edge_orch.engine.accumulators.accumulator import Accumulator
from edge_orch.engine.accumulators.counts import CountDistinct
from edge_orch.engine.accumulators.sums import IntSum
from edge_orch.engine.room import Room
from edge_orch.engine.running import Totals
from edge_orch.engine.windows.cell import Layout
from edge_orch.plan.plan import Plan
from tests.unit.engine.plans import at, batch, pipeline, room, rows

AGGREGATES = [
    "count(*)", "count(x)", "sum(x)", "avg(x)", "min(x)", "max(x)", "stddev(x)", "median(x)", "first(k)", "last(k)",
    "arg_max(k, x)", "count(*) FILTER (WHERE x > 0)", "count(DISTINCT x)", "bool_or(x > 0)",
]  # fmt: skip
BEGIN, END = "x = 0.5", "x = -2.5"


def compiled(*options: str) -> Plan:
    compute = "\n".join(f'          x{n}: "{each}"' for n, each in enumerate(AGGREGATES))
    return compile_job(
        f"""
apiVersion: edge-orch/v1
kind: Job
metadata: {{name: a}}
spec:
  source: {{file: {{path: x}}}}
  steps:
    - schematize:
        json: {{}}
        fields: {{t: {{type: timestamp, format: unix_s}}, k: string, x: {{type: float, required: false}}}}
        time: t
    - running:
        keys: [k]
        {"".join(option + chr(10) + 8 * " " for option in options)}compute:
{compute}
  outputs: {{out: {{from: running, to: out}}}}
  sinks: {{out: {{file: {{path: y}}}}}}
""",
        "job.yaml",
    )


PLANS = {
    (False, False): compiled(),
    (True, False): compiled(f"begin: {BEGIN}"),
    (False, True): compiled(f"end: {END}"),
    (True, True): compiled(f"begin: {BEGIN}", f"end: {END}"),
}
CONNECTION = duckdb.connect()


def layout(make: type[Accumulator]) -> Layout:
    return Layout(((make,),), ((0, 0),), (), (True,), (False,))


def sums(records: Sequence[tuple[str, int | None, bool, bool]], *, has_gaps: bool = False) -> list[Any]:
    totals = Totals(layout(IntSum), room(), has_gaps=has_gaps)
    return [totals.over((key,), (value,), begins, ends)[0] for key, value, begins, ends in records]


def test_each_key_has_its_own_total_of_all_records_so_far() -> None:
    assert sums(
        [("a", 1, False, False), ("b", 9, False, False), ("a", 2, False, False), ("a", None, False, False)]
    ) == [
        1,
        9,
        3,
        3,
    ]


def test_it_begins_anew_with_a_beginning_and_after_an_end() -> None:
    records = [("a", 1, False, False), ("a", 2, True, False), ("a", 4, False, True), ("a", 8, False, False)]
    assert sums(records) == [1, 2, 6, 8]
    assert sums(records, has_gaps=True) == [None, 2, 6, None]


def test_without_room_the_keys_silent_for_longest_begin_anew_and_are_counted() -> None:
    count = Account()
    totals = Totals(layout(IntSum), Room(5_000, count), has_gaps=False)
    for key in range(40):
        totals.over((key,), (1,), False, False)
        totals.over(("busy",), (1,), False, False)
    assert count.evicted > 0
    assert len(totals) + count.evicted == 41
    assert totals.over(("busy",), (1,), False, False) == [41]
    assert totals.over((0,), (1,), False, False) == [1]


def test_what_grows_gives_up_without_room_and_gives_it_back() -> None:
    own = Room(2_000, Account())
    totals = Totals(layout(CountDistinct), own, has_gaps=False)
    counts = [totals.over((), (value,), False, False)[0] for value in range(30)]
    assert counts[:5] == [1, 2, 3, 4, 5]
    assert counts[-1] is None
    assert own.count.evicted == 1
    assert own.used < 1_000
    assert totals.over((), (7,), True, False) == [1]


def test_what_it_holds_is_given_back() -> None:
    own = room()
    totals = Totals(layout(CountDistinct), own, has_gaps=False)
    for value in range(9):
        totals.over((value % 3,), (value,), False, False)
    held = own.used
    totals.restore(totals.snapshot())
    assert own.used == held > 0
    for key in range(3):
        totals.over((key,), (1,), False, True)
    assert own.used == len(totals) == 0


def test_other_bytes_are_refused_and_change_nothing() -> None:
    totals = Totals(layout(IntSum), room(), has_gaps=False)
    totals.over((), (1,), False, False)
    with pytest.raises(msgspec.DecodeError):
        totals.restore(b"\xa1x")
    assert totals.over((), (2,), False, False) == [3]


@given(
    st.lists(
        st.tuples(st.sampled_from("ab"), st.none() | st.sampled_from([0.0, 0.5, -2.5, 3.25])), min_size=1, max_size=12
    ),
    st.integers(0, 12),
    st.sampled_from(sorted(PLANS)),
)
def test_the_step_says_what_duckdb_says_over_all_rows_before(
    steps: list[tuple[str, float | None]], cut: int, bounds: tuple[bool, bool]
) -> None:
    """Cut anywhere and gone on with from a snapshot."""
    records = [{"t": second, "k": key, "x": value} for second, (key, value) in enumerate(steps)]
    first = pipeline(PLANS[bounds])
    lines = [json.dumps(record).encode() for record in records]
    told = rows(first.process(batch(b"\n".join(lines[:cut]))))
    later = pipeline(PLANS[bounds], state=first.snapshot())
    told += rows(later.process(batch(b"\n".join(lines[cut:]), received=at(0))))
    for row, expected in zip(told, duckdb_says(records, *bounds), strict=True):
        for place, (aggregate, value) in enumerate(zip(AGGREGATES, expected, strict=True)):
            assert row[f"x{place}"] == pytest.approx(value), aggregate


def duckdb_says(records: list[dict[str, Any]], begins: bool, ends: bool) -> list[list[Any]]:
    """Rows since the latest beginning, or the latest end before this one; none where an end came after a beginning."""
    table = ", ".join(["(?, ?, ?)"] * len(records))
    values = [value for record in records for value in record.values()]
    query = f"""
        WITH r AS (SELECT t::bigint AS t, k::text AS k, x::double AS x FROM (VALUES {table}) AS r(t, k, x)),
        b AS (SELECT *,
            {begins} AND coalesce({BEGIN}, false) AS begins, {ends} AND coalesce({END}, false) AS ends FROM r),
        n AS (
            SELECT me.t AS me,
                coalesce((SELECT max(t) FROM b WHERE k = me.k AND t <= me.t AND begins), -1) AS begun,
                coalesce((SELECT max(t) FROM b WHERE k = me.k AND t < me.t AND ends), -1) AS ended
            FROM b AS me
        )
        SELECT {", ".join(AGGREGATES)} FROM n LEFT JOIN (SELECT * FROM b) AS b ON b.t <= n.me
            AND b.k = (SELECT k FROM r WHERE t = n.me)
            AND b.t >= n.begun AND b.t > n.ended AND NOT ({begins and ends} AND n.begun <= n.ended)
        GROUP BY n.me ORDER BY n.me
    """  # noqa: S608 - our own text
    found = [list(row) for row in CONNECTION.execute(query, values).fetchall()]
    return [row if row[8] is not None else [0, *row[1:]] for row in found]


def test_what_is_smoothed_begins_anew_with_its_series() -> None:
    smooth = compile_job(
        """
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
    - running: {keys: [k], begin: x = 0, compute: {s: 'ewma(x, 0.5)'}}
  outputs: {out: {from: running, to: out}}
  sinks: {out: {file: {path: y}}}
""",
        "job.yaml",
    )
    pipe = pipeline(smooth)
    lines = [f'{{"t": {t}, "k": "a", "x": {x}}}' for t, x in enumerate(("8", "4", "null", "4", "0", "2"))]
    emission = pipe.process(batch("\n".join(lines).encode()))
    assert [row["s"] for row in rows(emission)] == [8.0, 6.0, 6.0, 5.0, 0.0, 1.0]
