"""What `lag` and `latest` remember is what DuckDB's window functions look back on."""

from __future__ import annotations

import json
from typing import Any

import duckdb
from hypothesis import given
from hypothesis import strategies as st

from edge_orch.compile import compile_job
from edge_orch.engine.records import Batch
from tests.unit.engine.plans import at, pipeline, rows

JOB = """apiVersion: edge-orch/v1
kind: Job
metadata: {name: a}
spec:
  source: {file: {path: x}}
  sinks: {k: {file: {path: y}}}
  steps:
    - schematize:
        json: {}
        fields:
          t: {type: timestamp, format: unix_s}
          k: {type: string, required: false}
          x: {type: float, required: false}
          s: {type: string, required: false}
        time: t
    - lag: {keys: [k], fields: {x1: x, s1: s}, within: 5s}
    - lag: {keys: [k], fields: {x2: x, s2: s}, offset: 2, within: 5s}
    - lag: {fields: {any: s}, offset: 3}
    - latest: {keys: [k], fields: {xl: x, sl: s}, within: 5s}
    - latest: {fields: {xa: x}}
    - select: [x1, s1, x2, s2, any, xl, sl, xa]
  outputs: {out: {from: select, to: k}}
"""
PLAN = compile_job(JOB, "job.yaml")
CONNECTION = duckdb.connect()
CONNECTION.execute("SET threads = 1")
CONNECTION.execute("CREATE MACRO known(value, since, t) AS CASE WHEN t - since <= 5 THEN value END")
ASKED = """
    known(lag(x) OVER w, lag(t) OVER w, t), known(lag(s) OVER w, lag(t) OVER w, t),
    known(lag(x, 2) OVER w, lag(t, 2) OVER w, t), known(lag(s, 2) OVER w, lag(t, 2) OVER w, t),
    lag(s, 3) OVER (ORDER BY n),
    known(last_value(x IGNORE NULLS) OVER w, last_value(CASE WHEN x IS NOT NULL THEN t END IGNORE NULLS) OVER w, t),
    known(last_value(s IGNORE NULLS) OVER w, last_value(CASE WHEN s IS NOT NULL THEN t END IGNORE NULLS) OVER w, t),
    last_value(x IGNORE NULLS) OVER (ORDER BY n)
"""
RECORDS = st.lists(
    st.tuples(
        st.integers(0, 4),
        st.sampled_from(["a", "b", None]),
        st.sampled_from([None, 0.0, 1.5, -2.0]),
        st.sampled_from([None, "", "é", "s"]),
    ),
    min_size=1,
    max_size=14,
)
"""Each so many seconds after the one before."""


@given(RECORDS, st.integers(0, 14))
def test_what_came_before_is_what_duckdb_looks_back_on(given: list[tuple[Any, ...]], cut: int) -> None:
    """Cut anywhere and gone on with from a snapshot."""
    times = [sum(record[0] for record in given[: place + 1]) for place in range(len(given))]
    records = [(place, time, *record[1:]) for place, (time, record) in enumerate(zip(times, given, strict=True))]
    lines = [json.dumps(dict(zip("tkxs", record[1:], strict=True))).encode() for record in records]
    engine = pipeline(PLAN)
    found = rows(engine.process(Batch("p", lines[:cut], at(99)))) if lines[:cut] else []
    later = pipeline(PLAN, state=engine.snapshot())
    found += rows(later.process(Batch("p", lines[cut:], at(99), cut))) if lines[cut:] else []
    assert [tuple(row.values()) for row in found] == duckdb_says(records)


def duckdb_says(records: list[tuple[Any, ...]]) -> list[tuple[Any, ...]]:
    table = ", ".join(["(?, ?, ?, ?, ?)"] * len(records))
    query = f"""
        WITH r AS (SELECT n::bigint AS n, t::bigint AS t, k::text AS k, x::double AS x, s::text AS s
            FROM (VALUES {table}) AS r(n, t, k, x, s))
        SELECT {ASKED} FROM r WINDOW w AS (PARTITION BY k ORDER BY n) ORDER BY n"""  # noqa: S608 -- our own text
    return CONNECTION.execute(query, [value for record in records for value in record]).fetchall()
