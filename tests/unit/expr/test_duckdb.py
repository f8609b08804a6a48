"""Expressions say what DuckDB says. Where they mean to differ, docs/job-language.md says so; `DIFFERENT` holds it."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import duckdb
import pytest
from hypothesis import given
from hypothesis import strategies as st

from edge_orch.compile import compile_job
from edge_orch.engine.pipeline import Pipeline
from edge_orch.engine.records import Batch, Device
from edge_orch.time import Instant
from tests.unit.expr.grammar import ROWS, Pair, expressions

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
          b: {type: bool, required: false}
          i: {type: int, required: false}
          j: int
          f: {type: float, required: false}
          g: float
          s: {type: string, required: false}
          u: string
          t: {type: timestamp, required: false}
    - map: {x: %s}
    - select: [x]
  outputs: {out: {from: select, to: out}}
  sinks: {out: {file: {path: y}}}
"""
TYPES = {
    "b": "boolean",
    "i": "bigint",
    "j": "bigint",
    "f": "double",
    "g": "double",
    "s": "text",
    "u": "text",
    "t": "timestamp",
}


@pytest.fixture(scope="module")
def oracle() -> duckdb.DuckDBPyConnection:
    """DuckDB, with functions that are NULL where ours are."""
    connection = duckdb.connect()
    connection.execute("CREATE MACRO fin(x) AS CASE WHEN isfinite(x) THEN x END")
    connection.execute(
        "CREATE MACRO clamped(x, low, high) AS CASE WHEN x IS NOT NULL AND low IS NOT NULL AND high IS NOT NULL "
        "THEN least(high, greatest(low, x)) END"
    )
    connection.execute("CREATE MACRO shifted(x, n) AS CASE WHEN x < 0 THEN -((-x - 1) >> n) - 1 ELSE x >> n END")
    connection.execute("CREATE MACRO bucketed(t) AS time_bucket(INTERVAL '2 hours', t, TIMESTAMP '1970-01-01')")
    connection.execute("CREATE MACRO extracted(x, p) AS CASE WHEN regexp_matches(x, p) THEN regexp_extract(x, p) END")
    return connection


def ours(expression: str, rows: list[dict[str, Any]]) -> dict[int, Any]:
    """The value for each row, but for those in which an integer overflows."""
    plan = compile_job(JOB % json.dumps(expression, ensure_ascii=False), "a.yaml")
    shown = [
        json.dumps(
            {name: value.isoformat() + "Z" if isinstance(value, datetime) else value for name, value in row.items()}
        ).encode()
        for row in rows
    ]
    emission = Pipeline(plan, device=Device("d")).process(Batch("p", shown, Instant(0, 0, "boot")))
    dead = {letter.position: letter.reason for letter in emission.dead}
    assert set(dead.values()) <= {"integer overflow"}
    alive = [place for place in range(len(rows)) if place not in dead]
    chunk = emission.outputs.get("out")
    lines = chunk.data.splitlines() if chunk else []
    return dict(zip(alive, (json.loads(line)["x"] for line in lines), strict=True))


def theirs(oracle: duckdb.DuckDBPyConnection, expression: str, rows: list[dict[str, Any]]) -> list[Any]:
    columns = ", ".join(f"CAST(${name}_{{place}} AS {kind}) AS {name}" for name, kind in TYPES.items())
    table = " UNION ALL ".join(
        "SELECT {place} AS place, ".replace("{place}", str(place)) + columns.replace("{place}", str(place))
        for place in range(len(rows))
    )
    values = {f"{name}_{place}": value for place, row in enumerate(rows) for name, value in row.items()}
    found = oracle.execute(f"SELECT {expression} FROM ({table}) ORDER BY place", values).fetchall()  # noqa: S608 - made here
    return [value for (value,) in found]


def agrees(mine: Any, value: Any) -> bool:
    if isinstance(value, datetime):
        return bool(mine is not None and datetime.fromisoformat(mine) == value.replace(tzinfo=UTC))
    if isinstance(value, float) and mine is not None:
        return bool(mine == pytest.approx(value, rel=1e-9, abs=1e-12))
    return bool(mine == value and (mine is None) == (value is None))


@given(expressions(), st.lists(ROWS, min_size=1, max_size=5))
def test_the_same_answer(oracle: duckdb.DuckDBPyConnection, pair: Pair, rows: list[dict[str, Any]]) -> None:
    expected = theirs(oracle, pair.theirs, rows)
    for place, value in ours(pair.ours, rows).items():
        assert agrees(value, expected[place]), (pair, rows[place], value, expected[place])


@st.composite
def without_brackets(draw: Callable[..., Any]) -> str:
    """Conditions in which nothing but precedence says what belongs together; no operand is 0 or overflows."""

    def chain() -> str:
        signs = draw(st.lists(st.sampled_from(["+", "-", "*", "/", "%", "- -", "&", "|"]), max_size=4))
        parts = [draw(st.sampled_from(["j", "2", "3", "5", "7"]))]
        for sign in signs:
            parts += [sign, draw(st.sampled_from(["j", "2", "3", "5", "7"]))]
        return " ".join(parts)

    def compared() -> str:
        form = draw(st.sampled_from(["{} = {}", "{} < {}", "{} BETWEEN 2 AND {}", "{} IN (2, {})", "{} IS NULL"]))
        return str(draw(st.sampled_from(["", "NOT "])) + form.format(chain(), chain()))

    more = draw(st.lists(st.sampled_from(["AND", "OR"]), max_size=3))
    return " ".join([compared(), *(f"{word} {compared()}" for word in more)]) if draw(st.booleans()) else chain()


def no_bits_of_floats(expression: str) -> bool:
    return not ("/" in expression and any(sign in expression for sign in "&|"))


@given(without_brackets().filter(no_bits_of_floats), st.integers(1, 9))
def test_operators_bind_as_in_duckdb(oracle: duckdb.DuckDBPyConnection, expression: str, j: int) -> None:
    row = dict.fromkeys(TYPES) | {"j": j, "g": 0.5, "u": "a"}
    (expected,) = theirs(oracle, expression.replace("/", "::double /"), [row])
    assert agrees(ours(expression, [row])[0], expected), expression


DIFFERENT = [
    ("concat(u, s)", "concat(u, s)", None, "a"),
    (
        "list_concat(string_split(u, '-'), s) || ''",
        "list_concat(string_split(u, '-'), string_split(s, '-'))::text",
        None,
        "[a]",
    ),
    ("regexp_extract(u, '[0-9]+')", "regexp_extract(u, '[0-9]+')", None, ""),
    ("upper('ß')", "upper('ß')", "SS", "ẞ"),
    ("trim('\ta\t')", "trim('\ta\t')", "a", "\ta\t"),
    ("split_part('a-b', '-', (-1))", "split_part('a-b', '-', -1)", "", "b"),
    ("substr('abc', 2, -1)", "substr('abc', 2, -1)", "", "a"),
    ("CAST('2.5' AS bigint)", "CAST('2.5' AS bigint)", None, 3),
    ("CAST(g * 1e20 AS text)", "CAST(g * 1e20::double AS text)", "5e19", "5e+19"),
    ("CAST(t AS text)", "CAST(t AS text)", "2026-01-02T03:04:05Z", "2026-01-02 03:04:05"),
    ("extract(epoch FROM t)", "extract(epoch FROM t)", 1767323045, 1767323045.0),
    ("trunc(2.3, 2)", "trunc(2.3::double, 2)", 2.3, 2.29),
    ("strftime(t, '%z')", "strftime(t, '%z')", "+0000", "+00"),
    ("('[1, 2]' -> '$') || ''", "('[1, 2]'::json -> '$') || ''", "[1, 2]", "[1,2]"),
    (
        "json_extract_string('{\"a\": 1, \"$.a\": 2}', right('x$.a', 3))",
        "'{\"a\": 1, \"$.a\": 2}'::json ->> right('x$.a', 3)",
        "2",
        "1",
    ),
    ("1 / (0)", "1::double / 0", None, float("inf")),
    ("ln((0.0))", "ln(0.0::double)", None, float("-inf")),
]


@pytest.mark.parametrize(("mine", "other", "our_value", "their_value"), DIFFERENT)
def test_a_documented_difference(
    oracle: duckdb.DuckDBPyConnection, mine: str, other: str, our_value: Any, their_value: Any
) -> None:
    """When DuckDB comes to agree, or we do, this tells that the document is out of date."""
    row = {"b": True, "i": 1, "j": 1, "f": 1.0, "g": 0.5, "s": None, "u": "a", "t": datetime(2026, 1, 2, 3, 4, 5)}  # noqa: DTZ001
    assert ours(mine, [row]) == {0: our_value}
    assert theirs(oracle, other, [row]) == [their_value]


@pytest.mark.parametrize(
    "path", ["$[*].a", "$.x[*]", "$.x.*", "$[*].a[*].b", "$.x[*].a", "$.*[0]", "$.*.a", "$[0].a[*]"]
)
@pytest.mark.parametrize(
    "text",
    [
        '[{"a":1},{"b":2},{"a":null},7,{"a":[3,{"b":4}]}]',
        '{"x":[1,{"a":2}],"y":{"a":3}}',
        '{"x":{"a":[1],"b":null}}',
        "[]",
        "7",
    ],
)
def test_wildcards_find_the_same(oracle: duckdb.DuckDBPyConnection, path: str, text: str) -> None:
    row = dict.fromkeys(TYPES) | {"j": 1, "g": 0.5, "u": text}
    (expected,) = theirs(oracle, f"CAST(to_json(json_extract(u, '{path}')) AS text)", [row])
    assert ours(f"u -> '{path}'", [row])[0] == json.loads(expected)


@pytest.mark.parametrize("text", ['{"ab":1,"c":"x","1":[2]}', '["p",{"q":1},null]', "7"])
@pytest.mark.parametrize("name", ["ab", "c", "1", "nothing", 0, 1, 2, -1, 5, None])
def test_a_member_that_a_value_names_is_the_same(
    oracle: duckdb.DuckDBPyConnection, text: str, name: str | int | None
) -> None:
    row = dict.fromkeys(TYPES) | {"j": 1, "g": 0.5, "u": text, "s" if isinstance(name, str) else "i": name}
    by = "s" if isinstance(name, str) else "i"
    assert [ours(f"u ->> {by}", [row])[0]] == theirs(oracle, f"u ->> {by}", [row])
