"""Aggregates of a window say what DuckDB says of its records."""

from __future__ import annotations

import json
from typing import Any

import duckdb
import pytest
from hypothesis import given
from hypothesis import strategies as st

from edge_orch.compile import compile_job
from tests.unit.engine.plans import batch, pipeline, rows

JOB = """
apiVersion: edge-orch/v1
kind: Job
metadata: {name: a}
spec:
  source: {file: {path: x}}
  steps:
    - schematize:
        json: {}
        fields:
          i: {type: int, required: false}
          f: {type: float, required: false}
          s: {type: string, required: false}
          k: int
    - aggregate:
        window: {count: 1000}
        compute:
%s
  outputs: {out: {from: aggregate, to: out}}
  sinks: {out: {file: {path: y}}}
"""

BUCKETS = "histogram(f, [-2.5, 0, 3.5])"
AGGREGATES = [
    "count(*)", "count(i)", "count(DISTINCT s)", "sum(i)", "avg(f)", "min(s)", "max(f)", "stddev(f)", "variance(f)",
    "stddev_pop(f)", "var_pop(i)", "bit_and(i)", "bit_or(k)", "regr_slope(f, k)", "corr(f, k)",
    "skewness(i)", "kurtosis(f)", "kurtosis(i) FILTER (WHERE f > 0)", "kurtosis_pop(k)",
    "regr_slope(f, i) FILTER (WHERE i > 0)", "median(f)", "quantile_cont(i, 0.75)", "bool_and(i > 0)", "bool_or(f > 3)",
    "min(i, 2)", "max(f, 3)", "max(s, 2)",
    "arg_min(s, k)", "arg_max(f, k)", "arg_max(s, k, 3)", "arg_min(i, k, 2)", "arg_max(s, k) FILTER (WHERE i > 0)",
    "histogram(i)", "histogram(s)", "histogram(i) FILTER (WHERE f > 0)",
    "json_group_object(coalesce(s, '-'), f)", "json_group_object(coalesce(i, 0)::text, s)",
    "string_agg(s, ', ')", "array_agg(k)", "array_agg(s) FILTER (WHERE s IS NOT NULL)",
    "sum(DISTINCT i)", "sum(DISTINCT f)", "avg(DISTINCT f) FILTER (WHERE i > 0)", "max(DISTINCT s)",
]  # fmt: skip

RECORDS = st.lists(
    st.fixed_dictionaries(
        {
            "i": st.none() | st.integers(-5, 5),
            "f": st.none() | st.sampled_from([0.0, 0.5, -2.5, 3.25, 100.0]),
            "s": st.none() | st.sampled_from(["a", "b", "press-1", "é", ""]),
            "k": st.integers(-1000, 1000),
        }
    ),
    min_size=1,
    max_size=12,
    unique_by=lambda record: record["k"],  # what stands first among equals is no question for DuckDB
)


COMPUTE = "\n".join(f'          x{place}: "{one}"' for place, one in enumerate([*AGGREGATES, BUCKETS]))
PLAN = compile_job(JOB % COMPUTE, "job.yaml")
CONNECTION = duckdb.connect()
CONNECTION.execute("SET threads = 1")


def ours(records: list[dict[str, Any]]) -> list[Any]:
    running = pipeline(PLAN)
    running.process(batch(b"\n".join(json.dumps(record).encode() for record in records)))
    (row,) = rows(running.finish())
    return [row[f"x{place}"] for place in range(len(AGGREGATES) + 1)]


def theirs(records: list[dict[str, Any]]) -> list[Any]:
    values = ", ".join(["(?, ?, ?, ?)"] * len(records))
    table = f"(VALUES {values}) AS r(i, f, s, k)"
    typed = "SELECT i::bigint AS i, f::double AS f, s::text AS s, k::bigint AS k"
    asked = [*AGGREGATES, BUCKETS.replace("]", "]::double[]")]
    query = f"WITH r AS ({typed} FROM {table}) SELECT {', '.join(asked)} FROM r"  # noqa: S608 - our own text
    found = CONNECTION.execute(query, [record[name] for record in records for name in "ifsk"]).fetchone()
    assert found is not None
    return [named(value) for value in found]


def named(value: Any) -> Any:
    """Maps as JSON has them, and what is no number as NULL."""
    if value != value:  # noqa: PLR0124 - NaN
        return None
    if not isinstance(value, dict):
        return value
    return {str(key).removesuffix(".0"): count for key, count in value.items()} or None


@given(RECORDS)
def test_an_aggregate_says_what_duckdb_says(records: list[dict[str, Any]]) -> None:
    *mine, buckets = ours(records)
    *expected, their_buckets = theirs(records)
    for aggregate, one, other in zip(AGGREGATES, mine, expected, strict=True):
        if "json_group_object" in aggregate and other is not None:
            other = json.loads(other) or None  # noqa: PLW2901 - of a name that came twice, DuckDB has both: the last counts
        assert one == pytest.approx(other), aggregate
    if buckets is not None and not buckets["inf"]:  # DuckDB leaves out the last one when it is empty
        del buckets["inf"]
    assert buckets == their_buckets
