"""Typed expression → the SQL it came from, or one that means the same: for people who look at a plan."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from functools import partial

from edge_orch.expr.functions import PLANNED
from edge_orch.plan.expression import Call, Column, Context, Expression, Literal, Param
from edge_orch.plan.schema import FieldType
from edge_orch.time import format_timestamp

_INFIX = {
    "and": "AND", "or": "OR", "eq": "=", "ne": "<>", "lt": "<", "le": "<=", "gt": ">", "ge": ">=", "like": "LIKE",
    "add": "+", "sub": "-", "mul": "*", "div": "/", "mod": "%",
}  # fmt: skip
_BINDING = {
    "or": 1, "and": 2, "not": 3, **dict.fromkeys(("eq", "ne", "lt", "le", "gt", "ge", "like"), 4),
    **dict.fromkeys(("is_null", "in", "between"), 4), "add": 5, "sub": 5, "mul": 6, "div": 6, "mod": 6, "neg": 7,
}  # fmt: skip
_LEFT = {"or", "and", "add", "sub", "mul", "div", "mod"}
_CLOSEST = 8
_BARE = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")


def sql_text(node: Expression) -> str:
    """The expression in SQL. Parsed again in the same scope, it is the same expression."""
    match node:
        case Literal():
            return _literal(node)
        case Column():
            return node.name if _BARE.fullmatch(node.name) else '"' + node.name.replace('"', '""') + '"'
        case Param():
            return f":{node.name}"
        case Context():
            return node.path
        case Call():
            return _call(node)


def _literal(node: Literal) -> str:
    if node.value is None:
        return "NULL" if node.type is FieldType.STRING else f"CAST(NULL AS {node.type})"
    if isinstance(node.value, bool):
        return str(node.value).upper()
    if node.type is FieldType.TIMESTAMP and isinstance(node.value, int):
        return f"CAST('{format_timestamp(node.value)}' AS timestamp)"
    return "'" + node.value.replace("'", "''") + "'" if isinstance(node.value, str) else repr(node.value)


def _call(node: Call) -> str:
    name, args = node.function, node.args
    if name in {"add", "sub"} and node.type is FieldType.TIMESTAMP and isinstance(args[1], Literal):
        return f"{_bound(args[0], 'add')} {_INFIX[name]} INTERVAL '{args[1].value}' microsecond"
    if name in _INFIX:
        left, right = args
        return f"{_bound(left, name, first=True)} {_INFIX[name]} {_bound(right, name)}"
    if name.startswith("cast_"):
        return f"CAST({sql_text(args[0])} AS {node.type})"
    if name in _SPECIAL:
        return _SPECIAL[name](args)
    return f"{PLANNED.get(name, name)}({_listed(args)})"


def _bound(arg: Expression, operator: str, *, first: bool = False) -> str:
    """An operand, in brackets unless it binds closer; operators that join from the left need none on that side."""
    inner, outer = _binding(arg), _BINDING[operator]
    alike = first and inner == outer and operator in _LEFT
    return sql_text(arg) if inner > outer or alike else f"({sql_text(arg)})"


def _binding(arg: Expression) -> int:
    if isinstance(arg, Call):
        return _BINDING.get(arg.function, _CLOSEST)
    negative = isinstance(arg, Literal) and isinstance(arg.value, int | float) and arg.value < 0
    return _BINDING["neg"] if negative else _CLOSEST


def _listed(args: Sequence[Expression]) -> str:
    return ", ".join(map(sql_text, args))


def _case(args: Sequence[Expression]) -> str:
    arms = [f"WHEN {sql_text(when)} THEN {sql_text(then)}" for when, then in zip(args[:-1:2], args[1::2], strict=False)]
    return " ".join(["CASE", *arms, f"ELSE {sql_text(args[-1])}", "END"])


def _not(args: Sequence[Expression]) -> str:
    inner = args[0]
    if isinstance(inner, Call) and inner.function == "is_null":
        return f"{_bound(inner.args[0], 'is_null')} IS NOT NULL"
    return f"NOT {_bound(inner, 'not')}"


def _over_elements(name: str, args: Sequence[Expression]) -> str:
    array, body, *named = args
    names = ", ".join(str(getattr(each, "value", "")) for each in named)
    return f"{name}({sql_text(array)}, {f'({names})' if named[1:] else names} -> {sql_text(body)})"


_SPECIAL: dict[str, Callable[[Sequence[Expression]], str]] = {
    "not": _not,
    "neg": lambda args: f"-{_bound(args[0], 'neg')}",
    "is_null": lambda args: f"{_bound(args[0], 'is_null')} IS NULL",
    "in": lambda args: f"{_bound(args[0], 'in')} IN ({_listed(args[1:])})",
    "between": lambda args: " BETWEEN ".join(
        [_bound(args[0], "between"), " AND ".join(_bound(arg, "between") for arg in args[1:])]
    ),
    "case": _case,
    **{
        name: partial(_over_elements, name)
        for name in ("list_filter", "list_transform", "json_filter", "json_transform", "json_rename")
    },
    "time_bucket": lambda args: f"time_bucket('{getattr(args[0], 'value', 0)} microseconds', {_listed(args[1:])})",
    "extract": lambda args: f"extract({str(getattr(args[0], 'value', '')).upper()} FROM {sql_text(args[1])})",
}
