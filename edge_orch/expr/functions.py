"""The functions that expressions may call: signatures and one line for people each. Nothing else can be called.

What they compute is `edge_orch.engine.functions`; operators, CASE and casts are in `edge_orch.expr.checker`.
"""

from __future__ import annotations

from typing import Literal as OneOf

import msgspec

from edge_orch.plan.schema import FieldType

# What an argument may be, beyond one type: any type; a number; a type shared by all `same` arguments; a number shared
# likewise; a literal regular expression; a literal unit of time; a literal time zone.
Kind = FieldType | OneOf["any", "number", "same", "same_number", "regex", "unit", "zone"]

BOOL, INT, FLOAT, STRING, TIMESTAMP = FieldType
UNITS = ("microsecond", "millisecond", "second", "minute", "hour", "day", "week", "month", "quarter", "year")


class Function(msgspec.Struct, frozen=True):
    """A signature. The last `optional` arguments may be left out; if `variadic`, the last kind repeats.

    `result` None: the type that the `same` arguments share. `null`: when the result is NULL: with any argument, only
    with all of them, or also on its own account (a failed parse, an overflow, no match). `example`: a whole expression
    over a record with ts, sensor and temp_c; the reference shows what it gives.
    """

    args: tuple[Kind, ...]
    result: FieldType | None
    doc: str
    optional: int = 0
    variadic: bool = False
    null: OneOf["any", "all", "may_fail"] = "any"
    units: tuple[str, ...] = ()
    example: str = ""


FUNCTIONS: dict[str, Function] = {
    "lower": Function((STRING,), STRING, "lower(text): in small letters", example="lower('Press')"),
    "upper": Function((STRING,), STRING, "upper(text): in capital letters", example="upper('Press')"),
    "trim": Function((STRING,), STRING, "trim(text): without white space at both ends", example="trim('  press ')"),
    "substr": Function(
        (STRING, INT, INT),
        STRING,
        "substr(text, start, length): counted from 1",
        optional=1,
        example="substr('press-12', 1, 5)",
    ),
    "length": Function((STRING,), INT, "length(text): number of characters", example="length('press')"),
    "replace": Function(
        (STRING, STRING, STRING),
        STRING,
        "replace(text, old, new): every old text by the new one",
        example="replace('press-12', 'press', 'oven')",
    ),
    "concat": Function(
        ("any",),
        STRING,
        "concat(a, b, …): as one text; NULL if one is NULL",
        variadic=True,
        example="concat('press-', 12)",
    ),
    "starts_with": Function(
        (STRING, STRING),
        BOOL,
        "starts_with(text, beginning): whether it begins so",
        example="starts_with('press-12', 'press')",
    ),
    "ends_with": Function(
        (STRING, STRING), BOOL, "ends_with(text, end): whether it ends so", example="ends_with('press-12', '12')"
    ),
    "contains": Function(
        (STRING, STRING),
        BOOL,
        "contains(text, part): whether the part stands in it",
        example="contains('press-12', 's-1')",
    ),
    "regexp_like": Function(
        (STRING, "regex"),
        BOOL,
        "regexp_like(text, 'regex'): matches somewhere",
        example="regexp_like('press-12', '[0-9]+')",
    ),
    "regexp_extract": Function(
        (STRING, "regex", INT),
        STRING,
        "regexp_extract(text, 'regex', group): NULL if none",
        1,
        null="may_fail",
        example="regexp_extract('press-12', '([a-z]+)-([0-9]+)', 2)",
    ),
    "split_part": Function(
        (STRING, STRING, INT),
        STRING,
        "split_part(text, separator, n): counted from 1",
        example="split_part('press-12', '-', 2)",
    ),
    "abs": Function(("same_number",), None, "abs(x): without its sign", example="abs(-2.5)"),
    "round": Function(
        ("same_number", INT),
        None,
        "round(x, digits): half away from zero",
        optional=1,
        null="may_fail",
        example="round(2.345, 1)",
    ),
    "floor": Function(("same_number",), None, "floor(x): towards minus infinity", example="floor(-2.5)"),
    "ceil": Function(("same_number",), None, "ceil(x): towards infinity", example="ceil(-2.5)"),
    "power": Function(
        ("number", "number"), FLOAT, "power(x, y): NULL on overflow", null="may_fail", example="power(2, 10)"
    ),
    "sqrt": Function(("number",), FLOAT, "sqrt(x): NULL if negative", null="may_fail", example="sqrt(2.25)"),
    "ln": Function(("number",), FLOAT, "ln(x): NULL unless positive", null="may_fail", example="ln(1)"),
    "greatest": Function(
        ("same",), None, "greatest(a, b, …): NULLs are left out", variadic=True, null="all", example="greatest(1, 3, 2)"
    ),
    "least": Function(
        ("same",), None, "least(a, b, …): NULLs are left out", variadic=True, null="all", example="least(1, 3, 2)"
    ),
    "clamp": Function(
        ("same_number",) * 3, None, "clamp(x, low, high): x kept within low and high", example="clamp(120, 0, 100)"
    ),
    "coalesce": Function(
        ("same",),
        None,
        "coalesce(a, b, …): the first that is not NULL",
        variadic=True,
        null="all",
        example="coalesce(device.labels.line, 'none')",
    ),
    "nullif": Function(
        ("same", "same"), None, "nullif(a, b): NULL if equal, else a", null="may_fail", example="nullif(5, 0)"
    ),
    "date_trunc": Function(
        ("unit", TIMESTAMP),
        TIMESTAMP,
        "date_trunc('hour', ts): start of its hour, UTC",
        units=UNITS,
        example="date_trunc('hour', CAST('2026-01-02T03:04:05Z' AS timestamp))",
    ),
    "extract": Function(
        ("unit", TIMESTAMP),
        INT,
        "extract(hour FROM ts): a part of it, UTC",
        units=("second", "minute", "hour", "day", "week", "month", "quarter", "year", "dow", "doy", "epoch"),
        example="extract(hour FROM CAST('2026-01-02T03:04:05Z' AS timestamp))",
    ),
    "date_diff": Function(
        ("unit", TIMESTAMP, TIMESTAMP),
        INT,
        "date_diff('second', a, b): unit boundaries crossed from a to b",
        units=UNITS,
        example="date_diff('minute', ts, ts + INTERVAL '90' second)",
    ),
    "at_time_zone": Function(
        (TIMESTAMP, "zone"),
        TIMESTAMP,
        "at_time_zone(ts, 'Europe/Vienna'): what clocks there show, as if it were UTC; also ts AT TIME ZONE '…'",
        null="may_fail",
        example="at_time_zone(CAST('2026-01-02T03:04:05Z' AS timestamp), 'Europe/Vienna')",
    ),
    "sha256": Function((STRING,), STRING, "sha256(text): 64 hexadecimal digits", example="sha256('press')"),
}


class AggregateFunction(msgspec.Struct, frozen=True):
    """One line for people, and an entry of `compute` over fields ts, sensor and temp_c."""

    doc: str
    example: str


AGGREGATES: dict[str, AggregateFunction] = {
    "count": AggregateFunction(
        "count(*), count(x): records, or those where x is not NULL; count(DISTINCT x)", "count(DISTINCT sensor)"
    ),
    "sum": AggregateFunction("sum(x): NULL if out of 64 bits", "sum(temp_c)"),
    "avg": AggregateFunction("avg(x): the mean", "avg(temp_c)"),
    "min": AggregateFunction("min(x): the least", "min(temp_c)"),
    "max": AggregateFunction("max(x): the greatest", "max(temp_c) FILTER (WHERE sensor = 'press-1')"),
    "first": AggregateFunction("first(x): of the earliest record", "first(temp_c)"),
    "last": AggregateFunction("last(x): of the latest record", "last(sensor)"),
    "stddev": AggregateFunction("stddev(x): of a sample; NULL below two values", "stddev(temp_c)"),
    "quantile": AggregateFunction("quantile(x, 0.95): estimated, mergeable", "quantile(temp_c, 0.5)"),
}
"""`compute` entries: exactly one aggregate each, perhaps with FILTER (WHERE …)."""
