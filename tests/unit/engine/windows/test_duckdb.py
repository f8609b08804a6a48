"""Windows hold the records that DuckDB finds in them, and their aggregates say what it says."""

from __future__ import annotations

import json
from typing import Any

import duckdb
import pytest
from hypothesis import given
from hypothesis import strategies as st

from edge_orch.compile import compile_job
from tests.unit.engine.plans import at, batch, pipeline, rows

HEAD = """apiVersion: edge-orch/v1
kind: Job
metadata: {name: a}
spec:
  source: {file: {path: x}}
  sinks: {k: {file: {path: y}}}
  steps:
    - schematize:
        json: {}
        fields:
          t: {type: timestamp, format: unix_us}
          k: {type: string, required: false}
          x: {type: float, required: false}
          i: {type: int, required: false}
          s: {type: string, required: false}
        time: t
        max_ahead: 365d
"""
ORDERED = {
    "first(x)": "arg_min(x, (t, n)) FILTER (x IS NOT NULL)",
    "last(s)": "arg_max(s, (t, n)) FILTER (s IS NOT NULL)",
    "last(i) FILTER (WHERE x > 0)": "arg_max(i, (t, n)) FILTER (i IS NOT NULL AND x > 0)",
    "array_agg(i)": "array_agg(i ORDER BY t, n) FILTER (i IS NOT NULL)",
    "string_agg(s, '+')": "string_agg(s, '+' ORDER BY t, n)",
}
"""What depends on the order of records: ours is event time, then arrival."""
ALIKE = (
    "count(*)", "count(i)", "count(DISTINCT i)", "count(DISTINCT s) FILTER (WHERE x > 0)", "sum(i)", "sum(x)",
    "avg(x)", "avg(i) FILTER (WHERE s = 'a')", "min(x)", "max(s)", "max(t)", "stddev(x)", "var_pop(i)", "median(x)",
    "count(*) FILTER (WHERE s IS NULL)", "min(i) FILTER (WHERE i > 90)", "bool_or(x > 3)", "bit_or(i)",
    "regr_slope(x, i)", "histogram(i)", "max(i, 2)", "quantile_cont(x, 0.75)",
    "sum(DISTINCT i)", "avg(DISTINCT x) FILTER (WHERE s IS NOT NULL)",
)  # fmt: skip
OURS = [*ALIKE, *ORDERED]
THEIRS = [ORDERED.get(name, name) for name in OURS]
NOW = 1_800_000_000
DAY = 86_400_000_000

# Each gives the records `r` with the beginning `a` and the end `z` of each of their windows.
WINDOWS = {
    "{tumbling: 10s}": "SELECT *, t // 10_000_000 * 10_000_000 AS a, a + 10_000_000 AS z FROM r",
    "{sliding: {size: 10s, every: 4s}}": """
        SELECT r.*, w * 4_000_000 AS a, a + 10_000_000 AS z FROM r,
        unnest(generate_series(t // 4_000_000 - 2, t // 4_000_000)) AS _(w) WHERE t < z""",
    "{session: 3s}": """
        SELECT *, min(t) OVER (PARTITION BY k, c) AS a, max(t) OVER (PARTITION BY k, c) + 3_000_000 AS z FROM (
            SELECT *, sum(new) OVER (PARTITION BY k ORDER BY t, n) AS c FROM (
                SELECT *, coalesce(t - lag(t) OVER (PARTITION BY k ORDER BY t, n) >= 3_000_000, true)::int AS new
                FROM r))""",
    "{count: 3}": """
        SELECT *, min(t) OVER (PARTITION BY k, c) AS a, max(t) OVER (PARTITION BY k, c) AS z FROM (
            SELECT *, (row_number() OVER (PARTITION BY k ORDER BY n) - 1) // 3 AS c FROM r)""",
    **{
        f"{{calendar: {{unit: {unit}, zone: {zone}}}}}": f"""
        SELECT *, epoch_us(date_trunc('{unit}', l) AT TIME ZONE '{zone}') AS a,
            epoch_us((date_trunc('{unit}', l) + INTERVAL '1 {unit}') AT TIME ZONE '{zone}') AS z FROM (
            SELECT *, make_timestamptz(t) AT TIME ZONE '{zone}' AS l FROM r)"""  # noqa: S608 -- our own text
        for unit in ("day", "week", "month")
        for zone in ("Europe/Vienna", "America/New_York", "Asia/Kolkata")
    },
}


def job(window: str) -> str:
    compute = "\n".join(f'          a{place}: "{one}"' for place, one in enumerate(OURS))
    grace = "" if "count:" in window else "        grace: 500d"
    return f"""{HEAD}
    - aggregate:
        window: {window}
        by: [k]
        compute:
{compute}
{grace}
  outputs: {{out: {{from: aggregate, to: k}}}}
"""


PLANS = {window: compile_job(job(window), "job.yaml") for window in WINDOWS}
CONNECTION = duckdb.connect()
CONNECTION.execute("SET threads = 1; SET TimeZone = 'UTC'")

TIMES = st.integers(0, 30_000).map(lambda ms: ms * 1000) | st.integers(0, 30).map(lambda second: second * 1_000_000)
LONG = st.integers(-40, 400).flatmap(
    lambda day: st.sampled_from([0, 1, 1800, 3600, 7200, 43_200, 82_800, 86_399]).map(
        lambda second: 1_767_225_600_000_000 + day * DAY + second * 1_000_000
    )
)
"""Of 2026, with days before and after: clocks are set twice in it."""
VALUES = {
    "k": st.sampled_from(["a", "b", None]),
    "x": st.none() | st.sampled_from([0.0, 0.5, -2.5, 3.25, 100.0, 1e9]),
    "i": st.none() | st.integers(-5, 99),
    "s": st.sampled_from(["a", "b", "é", "", None]),
}


@st.composite
def cases(draw: Any) -> tuple[str, list[dict[str, Any]]]:
    window = draw(st.sampled_from(sorted(WINDOWS)))
    times = LONG if "calendar" in window else TIMES
    return window, draw(st.lists(st.fixed_dictionaries({"t": times, **VALUES}), min_size=1, max_size=14))


def duckdb_says(window: str, records: list[dict[str, Any]]) -> list[tuple[Any, ...]]:
    table = ", ".join(["(?, ?, ?, ?, ?, ?)"] * len(records))
    query = f"""
        WITH r AS (SELECT n::bigint AS n, t::bigint AS t, k::text AS k, x::double AS x, i::bigint AS i, s::text AS s
            FROM (VALUES {table}) AS r(n, t, k, x, i, s)), w AS ({WINDOWS[window]})
        SELECT strftime(make_timestamp(a), '%Y-%m-%dT%H:%M:%S.%f'), strftime(make_timestamp(z), '%Y-%m-%dT%H:%M:%S.%f'),
            k, {", ".join(THEIRS)} FROM w GROUP BY a, z, k{", c" if "count:" in window else ""}"""  # noqa: S608 -- our own text
    values = [value for place, record in enumerate(records) for value in (place, *(record[name] for name in "tkxis"))]
    return CONNECTION.execute(query, values).fetchall()


def shown(value: Any) -> Any:
    if isinstance(value, dict):
        return {str(key): count for key, count in value.items()} or None
    return None if value != value else value  # noqa: PLR0124 -- NaN


def order(row: tuple[Any, ...]) -> tuple[str, str, str, int]:
    return row[0], row[1], str(row[2]), row[3]


def full(stamp: str) -> str:
    return stamp.removesuffix("Z") + ("" if "." in stamp else ".") + "0" * (26 - max(len(stamp) - 1, 20))


@given(cases())
def test_a_window_says_what_duckdb_says(case: tuple[str, list[dict[str, Any]]]) -> None:
    window, records = case
    engine = pipeline(PLANS[window])
    lines = [json.dumps(record).encode() for record in records]
    found = rows(engine.process(batch(lines, received=at(NOW)))) + rows(engine.finish())
    mine = sorted(
        [
            (full(row["window_start"]), full(row["window_end"]), row["k"], *(row[f"a{n}"] for n in range(len(OURS))))
            for row in found
        ],
        key=order,
    )
    theirs = sorted(duckdb_says(window, records), key=order)
    assert [row[:3] for row in mine] == [row[:3] for row in theirs]
    for one, other in zip(mine, theirs, strict=True):
        for name, value, expected in zip(OURS, one[3:], other[3:], strict=True):
            if name == "max(t)":
                assert epoch(value) == expected, name
            else:
                assert value == pytest.approx(shown(expected)), name


def epoch(stamp: str) -> int:
    found = CONNECTION.execute("SELECT epoch_us(?::timestamptz)", [stamp]).fetchone()
    assert found is not None
    return int(found[0])
