"""`compute` entries: exactly one aggregate each, perhaps with FILTER (WHERE …)."""

from __future__ import annotations

from typing import Any, cast

from sqlglot import exp

from edge_orch.expr.checker import Checker
from edge_orch.expr.conversion import NUMBERS, is_required
from edge_orch.expr.functions import AGGREGATES
from edge_orch.expr.scope import Scope
from edge_orch.expr.syntax import parse_sql
from edge_orch.plan.expression import Expression, is_json
from edge_orch.plan.schema import Field, FieldType
from edge_orch.plan.steps import Aggregation
from edge_orch.spec.leaves import Sql
from edge_orch.spec.words import did_you_mean, names

_NUMERIC = {"sum", "avg", "stddev", "variance", "quantile"}
_FLOAT = {"avg", "stddev", "variance", "quantile"}
_BOOL = {"bool_and", "bool_or"}
_CHOOSING = {"min", "max", "first", "last"}
_OTHER_NAMES = {
    "list": "array_agg",
    "approx_quantile": "quantile",
    "every": "bool_and",
    "mean": "avg",
    "quantile_cont": "quantile",
    "stddev_samp": "stddev",
    "var_samp": "variance",
}
"""Other names that SQL has for the same."""

_ELSEWHERE = {
    **dict.fromkeys(("collect", "collect_list", "string_agg", "group_concat", "listagg"), "write array_agg(x)"),
    **dict.fromkeys(("percentile", "percentile_cont", "percentile_approx", "p95"), "write quantile(x, 0.95)"),
    **dict.fromkeys(
        ("spread", "range", "difference"), "compute max(x) and min(x), and subtract them in a map step after"
    ),
    **dict.fromkeys(
        ("rate", "derivative", "increase"), "take the record before by a lag step, or first(x) and last(x)"
    ),
    **dict.fromkeys(("lag", "lead"), "write a lag step before it"),
    **dict.fromkeys(("stdev", "std"), "write stddev(x)"),
    **dict.fromkeys(("arg_max", "max_by", "arg_min", "min_by", "top"), "there is none: keep all with array_agg(x)"),
    **dict.fromkeys(("count_distinct", "approx_count_distinct", "uniq", "unique"), "write count(DISTINCT x)"),
}
"""Names that other products have for what is said otherwise here: the next step for who writes them."""


def parse_aggregation(name: str, sql: Sql, scope: Scope) -> tuple[Aggregation, Field]:
    """The aggregation in `sql`, and the field it makes. Raises `Invalid` with every problem found."""
    node = parse_sql(sql)
    checker = Checker(sql, scope)
    where = None
    if isinstance(node, exp.Filter):
        where = checker.condition(node.expression.this)
        node = node.this
    function = str(node.this).lower() if isinstance(node, exp.Anonymous) else ""
    function = _OTHER_NAMES.get(function, function)
    if function not in AGGREGATES:
        found = f"`{function}`" if function else "an expression around it"
        near = did_you_mean(function, AGGREGATES, "compute each aggregate alone; combine them in a map step after")
        next_step = _ELSEWHERE.get(function, near)
        raise checker.problem(node, "need exactly one aggregate", f"one of: {names(AGGREGATES)}", found, next_step)
    made = _Maker(checker, node, function).made(name, where)
    json = function == "array_agg" or (function in _CHOOSING and made.value is not None and is_json(made.value))
    return made, Field(name, made.type, _never_null(made), json)


def _never_null(made: Aggregation) -> bool:
    """A row exists only if a record fell into its window, so these of required values have one. Sums may overflow."""
    if made.function == "count":
        return True
    # What grows with its values gives up when there is no room for them.
    chosen = made.function in {*_CHOOSING, *_BOOL}
    return chosen and made.where is None and made.value is not None and is_required(made.value)


class _Maker:
    def __init__(self, checker: Checker, node: exp.Expression, function: str) -> None:
        self.checker = checker
        self.node = node
        self.function = function

    def made(self, name: str, where: Expression | None) -> Aggregation:
        args = list(self.node.expressions)
        function = self.function
        if function == "median" and len(args) == 1:
            function, args = "quantile", [*args, exp.Literal.number(0.5)]
        if len(args) != (2 if function == "quantile" else 1):
            what = f"wrong number of arguments for `{function}`"
            raise self.checker.problem(self.node, what, AGGREGATES[self.function].doc, f"{len(args)}")
        argument = self.quantile(args.pop()) if function == "quantile" else None
        value = None
        if isinstance(args[0], exp.Distinct):
            if function != "count" or len(args[0].expressions) != 1:
                raise self.checker.problem(self.node, "DISTINCT goes with count(DISTINCT x) only")
            function, args = "count_distinct", args[0].expressions
        if not (function == "count" and isinstance(args[0], exp.Star)):
            value = self.checker.check(args[0])
        return Aggregation(name, cast(Any, function), self.type_of(args[0], function, value), value, argument, where)

    def quantile(self, node: exp.Expression) -> float:
        argument = float(node.this) if isinstance(node, exp.Literal) and not node.is_string else -1.0
        if not 0 <= argument <= 1:
            raise self.checker.problem(node, "not a quantile", "a number from 0 to 1", node.sql()[:60])
        return argument

    def type_of(self, node: exp.Expression, function: str, value: Expression | None) -> FieldType:
        if value is None or function in {"count", "count_distinct"}:
            return FieldType.INT
        if function in _NUMERIC:
            self.checker.expect(node, value, NUMBERS, f"the argument of {function}")
        if function in _BOOL:
            self.checker.expect(node, value, frozenset({FieldType.BOOL}), f"the argument of {function}")
        if function in {"min", "max"}:
            self.checker.ordered(node, value, function)
        if function == "array_agg":
            return FieldType.STRING
        return FieldType.FLOAT if function in _FLOAT else value.type
