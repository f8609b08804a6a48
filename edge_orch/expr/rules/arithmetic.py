"""`+ - * / %`, the sign, and shifting a timestamp by an interval."""

from __future__ import annotations

import re
from functools import partial
from typing import TYPE_CHECKING

from sqlglot import exp

from edge_orch.errors import Invalid
from edge_orch.expr.conversion import NUMBERS, is_required, mixed
from edge_orch.expr.rules.names import number
from edge_orch.expr.rules.rule import Rule
from edge_orch.expr.rules.vain import refuse_division_by_zero, refuse_overflow
from edge_orch.plan.expression import Call, Expression, Literal
from edge_orch.plan.schema import FieldType
from edge_orch.time import parse_duration

if TYPE_CHECKING:
    from edge_orch.expr.checker import Checker

_UNITS = {"second": "s", "minute": "m", "hour": "h", "day": "d", "week": "w", "millisecond": "ms", "microsecond": "us"}


def _arithmetic(function: str, symbol: str, checker: Checker, node: exp.Expression) -> Expression:
    nodes = [node.this, node.expression]
    if function in {"add", "sub"} and isinstance(node.expression, exp.Interval):
        return _shifted(function, checker, node)
    if function == "sub" and (date := re.search(r"\b[0-9]{4}-[0-9]{2}-[0-9]{2}\b", _bare(checker.sql.value))):
        next_step = f"write '{date[0]}T00:00:00Z' in quotes, or CAST('{date[0]}' AS timestamp)"
        raise checker.problem(node, "a date without quotes is a difference of numbers", "", date[0], next_step)
    args = checker.all(nodes)
    if function == "sub" and {arg.type for arg in args} == {FieldType.TIMESTAMP}:
        raise checker.problem(node, "timestamps cannot be subtracted", next_step="use date_diff('second', a, b)")
    if {arg.type for arg in args} == {FieldType.TIMESTAMP, FieldType.STRING}:
        next_step = f"write ts {symbol} INTERVAL '5' minute"
        raise checker.problem(node, "a text is no length of time", "an INTERVAL", "", next_step)
    if function == "add" and _joins(args):
        raise checker.problem(node, "texts cannot be added", next_step="to join texts, write ||")
    if function in {"div", "mod"}:
        refuse_division_by_zero(checker, node.expression)
    refuse_overflow(checker, node, function)
    role = f"a side of {symbol}"
    args = [checker.expect(part, arg, NUMBERS, role) for part, arg in zip(nodes, args, strict=True)]
    types = {arg.type for arg in args}
    result = FieldType.INT if types == {FieldType.INT} and function != "div" else FieldType.FLOAT
    if types == NUMBERS:
        args = mixed(args)
    # Division by zero and floats out of range are NULL; an int out of range is an error on the record instead.
    may_fail = result is FieldType.FLOAT or function == "mod"
    return Call(function, tuple(args), result, not may_fail and all(map(is_required, args)))


def _bare(text: str) -> str:
    """The text of an expression without what stands in its quotes."""
    return re.sub("'[^']*'", "''", text)


def _joins(args: list[Expression]) -> bool:
    """Whether a text is joined to something, not a number in quotes added."""
    texts = [arg for arg in args if arg.type is FieldType.STRING]
    return len(texts) == len(args) or any(
        isinstance(text, Literal) and re.search("[^0-9.]", str(text.value or "")) for text in texts
    )


def _shifted(function: str, checker: Checker, node: exp.Expression) -> Expression:
    timestamp = frozenset({FieldType.TIMESTAMP})
    value = checker.expect(node.this, checker.check(node.this), timestamp, "what an INTERVAL is added to")
    length = Literal(interval(checker, node.expression), FieldType.INT)
    return Call(function, (value, length), FieldType.TIMESTAMP)  # NULL beyond year 9999


def interval(checker: Checker, node: exp.Expression) -> int:
    """The microseconds of `INTERVAL '5' minute`, or of '5m' alone."""
    inner = node.this if isinstance(node, exp.Interval) else node
    text = f"{inner.name if inner else ''} {node.text('unit')}".strip().lower()
    match = re.fullmatch(r"(\d+(?:\.\d+)?) *([a-z]+)", text)
    try:
        return parse_duration(f"{match[1]}{_UNITS.get(match[2].removesuffix('s'), match[2])}" if match else text)
    except Invalid:
        next_step = f"write a number and one of: {', '.join(_UNITS)}"
        if match and match[2].removesuffix("s") in {"month", "quarter", "year"}:
            next_step = "those differ in length: write days, or cut the time by date_trunc('month', ts)"
        raise checker.problem(node, "not an interval", "like INTERVAL '5' minute", repr(text), next_step) from None


def _neg(checker: Checker, node: exp.Neg) -> Expression:
    if isinstance(node.this, exp.Literal) and not node.this.is_string:
        return number(checker, node.this, f"-{node.this.this}")
    value = checker.expect(node.this, checker.check(node.this), NUMBERS, "what follows -")
    return Call("neg", (value,), value.type, is_required(value))


RULES: dict[str, Rule] = {
    "Add": partial(_arithmetic, "add", "+"),
    "Sub": partial(_arithmetic, "sub", "-"),
    "Mul": partial(_arithmetic, "mul", "*"),
    "Div": partial(_arithmetic, "div", "/"),
    "Mod": partial(_arithmetic, "mod", "%"),
    "Neg": _neg,
}
