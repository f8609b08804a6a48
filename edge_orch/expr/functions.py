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
    with all of them, or also on its own account (a failed parse, an overflow, no match).
    """

    args: tuple[Kind, ...]
    result: FieldType | None
    doc: str
    optional: int = 0
    variadic: bool = False
    null: OneOf["any", "all", "may_fail"] = "any"
    units: tuple[str, ...] = ()


FUNCTIONS: dict[str, Function] = {
    "lower": Function((STRING,), STRING, "lower(text): in small letters"),
    "upper": Function((STRING,), STRING, "upper(text): in capital letters"),
    "trim": Function((STRING,), STRING, "trim(text): without white space at both ends"),
    "substr": Function((STRING, INT, INT), STRING, "substr(text, start, length): counted from 1", optional=1),
    "length": Function((STRING,), INT, "length(text): number of characters"),
    "replace": Function((STRING, STRING, STRING), STRING, "replace(text, old, new)"),
    "concat": Function(("any",), STRING, "concat(a, b, …): as one text; NULL if one is NULL", variadic=True),
    "starts_with": Function((STRING, STRING), BOOL, "starts_with(text, beginning)"),
    "ends_with": Function((STRING, STRING), BOOL, "ends_with(text, end)"),
    "contains": Function((STRING, STRING), BOOL, "contains(text, part)"),
    "regexp_like": Function((STRING, "regex"), BOOL, "regexp_like(text, 'regex'): matches somewhere"),
    "regexp_extract": Function(
        (STRING, "regex", INT), STRING, "regexp_extract(text, 'regex', group): NULL if none", 1, null="may_fail"
    ),
    "split_part": Function((STRING, STRING, INT), STRING, "split_part(text, separator, n): counted from 1"),
    "abs": Function(("same_number",), None, "abs(x)"),
    "round": Function(("same_number", INT), None, "round(x, digits): half away from zero", optional=1, null="may_fail"),
    "floor": Function(("same_number",), None, "floor(x): towards minus infinity"),
    "ceil": Function(("same_number",), None, "ceil(x): towards infinity"),
    "power": Function(("number", "number"), FLOAT, "power(x, y): NULL on overflow", null="may_fail"),
    "sqrt": Function(("number",), FLOAT, "sqrt(x): NULL if negative", null="may_fail"),
    "ln": Function(("number",), FLOAT, "ln(x): NULL unless positive", null="may_fail"),
    "greatest": Function(("same",), None, "greatest(a, b, …): NULLs are left out", variadic=True, null="all"),
    "least": Function(("same",), None, "least(a, b, …): NULLs are left out", variadic=True, null="all"),
    "clamp": Function(("same_number",) * 3, None, "clamp(x, low, high): x kept within low and high"),
    "coalesce": Function(("same",), None, "coalesce(a, b, …): the first that is not NULL", variadic=True, null="all"),
    "nullif": Function(("same", "same"), None, "nullif(a, b): NULL if equal, else a", null="may_fail"),
    "date_trunc": Function(
        ("unit", TIMESTAMP), TIMESTAMP, "date_trunc('hour', ts): start of its hour, UTC", units=UNITS
    ),
    "extract": Function(
        ("unit", TIMESTAMP),
        INT,
        "extract(hour FROM ts): a part of it, UTC",
        units=("second", "minute", "hour", "day", "week", "month", "quarter", "year", "dow", "doy", "epoch"),
    ),
    "date_diff": Function(
        ("unit", TIMESTAMP, TIMESTAMP),
        INT,
        "date_diff('second', a, b): unit boundaries crossed from a to b",
        units=UNITS,
    ),
    "at_time_zone": Function(
        (TIMESTAMP, "zone"),
        TIMESTAMP,
        "at_time_zone(ts, 'Europe/Vienna'): what clocks there show, as if it were UTC; also ts AT TIME ZONE '…'",
        null="may_fail",
    ),
    "sha256": Function((STRING,), STRING, "sha256(text): 64 hexadecimal digits"),
}

AGGREGATES: dict[str, str] = {
    "count": "count(*), count(x): records, or those where x is not NULL; count(DISTINCT x)",
    "sum": "sum(x)",
    "avg": "avg(x)",
    "min": "min(x)",
    "max": "max(x)",
    "first": "first(x): of the earliest record",
    "last": "last(x): of the latest record",
    "stddev": "stddev(x): of a sample; NULL below two values",
    "quantile": "quantile(x, 0.95): estimated, mergeable",
}
