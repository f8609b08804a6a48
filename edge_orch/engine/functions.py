"""The functions an expression may call: their Python meaning, and whether they can be NULL by themselves.

All of these are strict: NULL in any argument gives NULL. What treats NULL otherwise (and, or, in, case, coalesce …)
is written out by `edge_orch.engine.expressions`.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import msgspec

from edge_orch.engine.calls import calendar, number, text


class Function(msgspec.Struct, frozen=True):
    """`template`: Python code with `{0}`, `{1}` … for arguments, each used once; or a callable of non-NULL values."""

    template: str = ""
    call: Callable[..., Any] | None = None
    may_fail: bool = False  # can be NULL although no argument is
    may_overflow: bool = False  # can raise IntegerOverflow, if of type int


def _inline(template: str) -> Function:
    return Function(template)


def _call(call: Callable[..., Any], *, may_fail: bool = False, may_overflow: bool = False) -> Function:
    return Function("", call, may_fail, may_overflow)


COMPARISONS = {"eq": "==", "ne": "!=", "lt": "<", "le": "<=", "gt": ">", "ge": ">="}
ARITHMETIC = {"add": "+", "sub": "-", "mul": "*"}

STRICT: dict[str, Function] = {
    **{name: _inline(f"({{0}} {sign} {{1}})") for name, sign in COMPARISONS.items()},
    "div": _call(number.div, may_fail=True),
    "mod": _call(number.mod, may_fail=True),
    "neg": _call(number.neg, may_overflow=True),
    "like": _call(text.like),
    "lower": _inline("{0}.lower()"),
    "upper": _inline("{0}.upper()"),
    "trim": _inline("{0}.strip()"),
    "substr": _call(text.substr),
    "length": _inline("len({0})"),
    "replace": _call(text.replace),
    "concat": _call(text.concat),
    "starts_with": _inline("{0}.startswith({1})"),
    "ends_with": _inline("{0}.endswith({1})"),
    "contains": _inline("({1} in {0})"),
    "regexp_like": _call(text.regexp_like),
    "regexp_extract": _call(text.regexp_extract, may_fail=True),
    "split_part": _call(text.split_part),
    "abs": _call(number.absolute, may_overflow=True),
    "round": _call(number.rounded, may_fail=True, may_overflow=True),
    "floor": _call(number.floor),
    "ceil": _call(number.ceil),
    "power": _call(number.power, may_fail=True),
    "sqrt": _call(number.sqrt, may_fail=True),
    "ln": _call(number.ln, may_fail=True),
    "clamp": _call(number.clamp),
    "date_trunc": _call(calendar.date_trunc, may_fail=True),
    "extract": _call(calendar.extract, may_fail=True),
    "date_diff": _call(calendar.date_diff, may_fail=True),
    "sha256": _call(text.sha256),
}

# Written out by the expression writer, because NULL has its own meaning in each, or the code depends on types.
SPECIAL = frozenset(
    {"and", "or", "not", "is_null", "in", "between", "case", "coalesce", "nullif", "greatest", "least", "at_time_zone"}
    | set(ARITHMETIC)
    | {"cast_bool", "cast_int", "cast_float", "cast_string", "cast_timestamp"}
)
