"""Syntax tree → typed expression. What each kind of node means is in `edge_orch.expr.rules`; all others are refused."""

from __future__ import annotations

import re
from collections.abc import Sequence

from sqlglot import exp

from edge_orch.errors import Invalid, Problem
from edge_orch.expr import casts
from edge_orch.expr.conversion import NUMBERS, common_type, converted, is_null, mixed
from edge_orch.expr.rules import RULES
from edge_orch.expr.rules.refused import refusal
from edge_orch.expr.scope import Scope
from edge_orch.expr.syntax import place_of
from edge_orch.plan.expression import Call, Column, Expression, Literal, Param
from edge_orch.plan.schema import FieldType
from edge_orch.spec.leaves import Sql
from edge_orch.spec.reading import gathered

_NUMBER = re.compile(r"[-+]?[0-9]+(\.[0-9]+)?")
_DATE = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_BOOL = frozenset({FieldType.BOOL})


class Checker:
    """Types one expression in one scope. Methods raise `Invalid` with all problems they find, each at its token."""

    def __init__(self, sql: Sql, scope: Scope) -> None:
        self.sql = sql
        self.scope = scope

    def check(self, node: exp.Expression) -> Expression:
        """The typed expression of `node`."""
        kind = type(node).__name__
        if kind not in RULES:
            what, next_step = refusal(node)
            next_step = self._reference() if kind == "Struct" and "${" in self.sql.value else next_step
            if isinstance(node, exp.Dot) and isinstance(node.this, exp.Placeholder):
                next_step = f"write :{node.expression.name}" if node.expression.name in self.scope.params else next_step
            if kind == "Star" and self.scope.labels:
                what, next_step = "`*` is no condition over labels", "leave `target` out: every agent is meant then"
            raise self.problem(node, what, next_step=next_step)
        return RULES[kind](self, node)

    def _reference(self) -> str:
        """The next step for what looks like a reference or a shell's variable."""
        label = re.search(r"\$\{label:(\w+)\}", self.sql.value)
        named = re.search(r"\$\{(?:\w+[:.])?(\w+)\}", self.sql.value)
        if named and named[1] in self.scope.params:
            return f"write :{named[1]} for the parameter"
        what = f"device.labels.{label[1] if label else 'NAME'}"
        return f"a label of the device is {what}; references are for sources, sinks and masks"

    def all(self, nodes: Sequence[exp.Expression]) -> list[Expression]:
        """The typed expressions of all nodes."""
        return gathered(nodes, self.check)

    def condition(self, node: exp.Expression) -> Expression:
        """The typed expression of `node`, which must be a condition."""
        return self.expect(node, self.check(node), _BOOL, "a condition")

    def problem(
        self,
        node: exp.Expression,
        what: str,
        expected: str = "",
        found: str = "",
        next_step: str = "",
        *,
        into: int | None = None,
    ) -> Invalid:
        """An error that points at the beginning of `node`, or, if that is a text, at its character `into`."""
        return Invalid(Problem(what, place_of(self.sql, node, into), expected, found, next_step))

    def expect(self, node: exp.Expression, value: Expression, accepted: frozenset[FieldType], role: str) -> Expression:
        """`value`, whose type must be among `accepted`; NULL takes one of them. `role` says what it is needed for."""
        if is_null(value):
            return value if value.type in accepted else Literal(None, min(accepted))
        if value.type not in accepted:
            expected = " or ".join(sorted(accepted))
            next_step = _conversion(node, value, accepted)
            raise self.problem(node, f"wrong type for {role}", expected, value.type.value, next_step)
        return value

    def unified(self, nodes: Sequence[exp.Expression], values: Sequence[Expression], what: str) -> list[Expression]:
        """The values as their common type."""
        common = common_type(values)
        if common is None:
            found = ", ".join(value.type.value for value in values)
            raise self.problem(nodes[0], f"{what} need one type", "", found, _next_step(values))
        pairs = list(zip(nodes, values, strict=True))
        return gathered(pairs, lambda pair: self.converted(*pair, common))

    def comparable(self, nodes: Sequence[exp.Expression], values: list[Expression], what: str) -> list[Expression]:
        """The values as one type, except that an int and a float compare as they are: no cast slows the agent down."""
        return mixed(values) if {value.type for value in values} == NUMBERS else self.unified(nodes, values, what)

    def converted(self, node: exp.Expression, value: Expression, to: FieldType) -> Expression:
        """`value` as `to`, where `common_type` allows it."""
        try:
            return converted(value, to)
        except ValueError:
            expected = "RFC 3339, like '2026-01-02T03:04:05Z'"
            next_step = "write it so; a text of another form is read by strptime(x, '%d.%m.%Y')"
            found = f"'{getattr(value, 'value', '')}'"
            raise self.problem(node, "not a timestamp", expected, found, next_step) from None

    def ordered(self, node: exp.Expression, value: Expression, what: str) -> None:
        """Refuse booleans, which have no order."""
        if value.type is FieldType.BOOL:
            raise self.problem(node, f"booleans have no order for {what}", "a number, text or timestamp", "bool")


def _conversion(node: exp.Expression, value: Expression, accepted: frozenset[FieldType]) -> str:
    """The next step for a value of a type that is not accepted."""
    if accepted == _BOOL:
        return f"compare it, like x {'> 0' if value.type in NUMBERS else '= …'}"
    if accepted == NUMBERS and value.type is FieldType.TIMESTAMP:
        return "make a number of it with extract or date_diff, or shift it by an INTERVAL"
    if isinstance(value, Literal) and accepted <= NUMBERS:
        return _unquoted(str(value.value)) if value.type is FieldType.STRING else "write a whole number"
    if isinstance(value, Literal) and accepted == {FieldType.STRING} and value.type in NUMBERS:
        return f"write '{value.value}' in quotes"
    text = node.sql() if isinstance(node, exp.Column | exp.Placeholder) else "…"
    to = FieldType.FLOAT if accepted == NUMBERS else min(accepted)
    return f"write CAST({text} AS {to})" if casts.allowed(value.type, to) else f"use a {to} in its place"


def _unquoted(text: str) -> str:
    """The next step for a text where a number belongs."""
    if _NUMBER.fullmatch(text):
        return f"write {text} without quotes if a number is meant"
    if _DATE.match(text):
        return f"a point in time is written CAST('{text}' AS timestamp)"
    return "write a number, without quotes"


def _of_conditions(values: Sequence[Expression]) -> str:
    """The next step where a condition is compared to something else."""
    if any(isinstance(value, Literal) and str(value.value).lower() in {"true", "false"} for value in values):
        return "a condition stands alone; for its opposite, write NOT before it"
    for value in values:
        if isinstance(value, Call) and value.function in {"lt", "le", "gt", "ge"}:
            return "write two comparisons: 1 < x AND x < 5"
        if value.type is FieldType.BOOL and len(values) == 2 and isinstance(value, Column):
            return f"{value.name} is a condition itself: write {value.name}, or NOT {value.name}"
    texts = [value for value in values if value.type is FieldType.STRING and isinstance(value, Column | Param)]
    if texts and {value.type for value in values} & NUMBERS:
        name = f":{texts[0].name}" if isinstance(texts[0], Param) else texts[0].name
        return f"write CAST({name} AS float)"
    return "CAST one of them"


def _next_step(values: Sequence[Expression]) -> str:
    types = {value.type for value in values if not is_null(value)}
    quoted = [value.value for value in values if isinstance(value, Literal) and isinstance(value.value, str)]
    numbers = [text for text in quoted if _NUMBER.fullmatch(text)]
    if numbers and types & NUMBERS:
        return f"write {numbers[0]} without quotes if a number is meant"
    bare = [value for value in values if isinstance(value, Literal) and value.type in NUMBERS]
    if bare and FieldType.STRING in types:
        return f"write '{bare[0].value}' in quotes if text is meant, or CAST the other side"
    if quoted and types & NUMBERS:
        column = next((value.name for value in values if isinstance(value, Column)), "x")
        return f"write a number without quotes, or CAST({column} AS string)"
    if FieldType.TIMESTAMP in types and types & NUMBERS:
        return "write a point in time in quotes: '2026-01-02T03:04:05Z'"
    joined = [value for value in values if isinstance(value, Call) and value.function == "concat"]
    return "|| joins text; to join conditions, write OR" if joined and types & NUMBERS else _of_conditions(values)
