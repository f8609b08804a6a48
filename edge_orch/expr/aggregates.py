"""`compute` entries: exactly one aggregate each, perhaps with FILTER (WHERE …)."""

from __future__ import annotations

from operator import ge
from typing import Any, cast

from sqlglot import exp

from edge_orch.expr import casts
from edge_orch.expr.checker import Checker
from edge_orch.expr.conversion import NUMBERS, is_required
from edge_orch.expr.expression import refuse_never_true
from edge_orch.expr.library.aggregates import AGGREGATES, ELSEWHERE, SYNONYMS
from edge_orch.expr.scope import Scope
from edge_orch.expr.syntax import parse_sql, place_of
from edge_orch.plan.expression import Call, Expression, is_json
from edge_orch.plan.schema import Field, FieldType
from edge_orch.plan.steps import Aggregation, Argument
from edge_orch.spec.leaves import Sql
from edge_orch.spec.words import did_you_mean, names

_FLOAT = {
    "avg", "stddev", "variance", "stddev_pop", "var_pop", "skewness", "kurtosis", "kurtosis_pop", "quantile", "ewma",
    "regr_slope", "corr",
}  # fmt: skip
_NUMERIC = {"sum", "swinging_door", *_FLOAT}
_PAIRED = {"regr_slope", "corr", "swinging_door"}
_BOOL = {"bool_and", "bool_or"}
_BITS = {"bit_and", "bit_or"}
_CHOOSING = {"min", "max", "first", "last", "arg_min", "arg_max", "mode"}
_CONDITIONS = {"and", "or", "not", "eq", "ne", "lt", "le", "gt", "ge", "like", "in", "between", "is_null"}
_NEVER_GROWING = {"min", "max", "first", "last", "arg_min", "arg_max"}
_GREATEST = {"min", "max", "arg_min", "arg_max"}
_OF_DISTINCT = ("count", "sum", "avg", "array_agg", "string_agg")
_SAME_OF_DISTINCT = _BOOL | _BITS | {"min", "max"}
"""What is the same of distinct values as of all."""
_ESCAPES = {r"\n": "a line break", r"\r\n": "a line break", r"\t": "a tab"}
_GATHERING = {"array_agg", "string_agg"}
_IN_ORDER = "leave the order out: it is that of the event time; by value, list_sort(xs) in a map step after"
_OTHER_ARGUMENTS = {
    ("count", 0): "write count(*)",
    ("first", 2): "write first(x), of the earliest record; by another field, arg_min(x, y)",
    ("last", 2): "write last(x), of the latest record; by another field, arg_max(x, y)",
}
_COMBINED = "compute each aggregate alone; combine them in a map step after"
MOST_GREATEST = 1000
"""So many of the greatest or least values are kept at most."""


def parse_aggregation(name: str, sql: Sql, scope: Scope) -> tuple[Aggregation, Field]:
    """The aggregation in `sql`, and the field it makes. Raises `Invalid` with every problem found."""
    node = parse_sql(sql)
    checker = Checker(sql, scope)
    where = None
    if isinstance(node, exp.Filter):
        where = checker.condition(node.expression.this)
        refuse_never_true(where, sql, scope, place_of(sql, node.expression.this))
        node = node.this
    function = str(node.this).lower() if isinstance(node, exp.Anonymous) else ""
    function = SYNONYMS.get(function, function)
    if function not in AGGREGATES:
        inside = [str(call.this).lower() in AGGREGATES for call in node.find_all(exp.Anonymous)]
        found = f"`{function}`" if function else "an expression around it" if any(inside) else "no aggregate"
        around = any(inside) and function not in ELSEWHERE and not isinstance(node, exp.Window)
        next_step = _COMBINED if around else _aggregate_meant(node, function)
        raise checker.problem(node, "need exactly one aggregate", f"one of: {names(AGGREGATES)}", found, next_step)
    made = _Maker(checker, node, function).made(name, where)
    return made, Field(name, made.type, _never_null(made), _makes_json(made))


def _aggregate_meant(node: exp.Expression, function: str) -> str:
    if isinstance(node, exp.WithinGroup):
        gathered = SYNONYMS.get(str(node.this.this).lower(), str(node.this.this).lower()) in _GATHERING
        return _IN_ORDER if gathered else "write quantile(x, 0.95)"
    if isinstance(node, exp.Window):
        return "leave OVER out: it sees its window; over the records before each, write a moving or running step"
    if isinstance(node, exp.Column):
        return "write count(*)" if node.name == "count" else f"write last({node.name}); a key stands in the row already"
    near = did_you_mean(function, AGGREGATES, _COMBINED)
    return ELSEWHERE.get(function, near)


def _makes_json(made: Aggregation) -> bool:
    if made.function in {"array_agg", "array_agg_distinct", "histogram", "json_group_object"} or (
        made.function in _GREATEST and made.argument is not None
    ):
        return True
    return made.function in _CHOOSING and made.value is not None and is_json(made.value)


def _never_null(made: Aggregation) -> bool:
    """A row exists only if a record fell into its window, so these of required values have one. Sums may overflow."""
    if made.function == "count":
        return True
    # What grows with its values gives up when there is no room for them.
    chosen = made.function in {*_NEVER_GROWING, *_BOOL, *_BITS} and made.argument is None
    required = made.value is not None and is_required(made.value) and (made.order is None or is_required(made.order))
    return chosen and made.where is None and required


class _Maker:
    def __init__(self, checker: Checker, node: exp.Expression, function: str) -> None:
        self.checker = checker
        self.node = node
        self.function = function

    def made(self, name: str, where: Expression | None) -> Aggregation:
        args, function = list(self.node.expressions), self.function
        distinct = bool(args) and isinstance(args[0], exp.Distinct)
        if distinct:
            args = [*args[0].expressions, *args[1:]]
            self.expect_distinct(args)
        signature = AGGREGATES[function]
        if ordered := next((arg for arg in args if isinstance(arg, exp.Order)), None):
            what = "values stand in the order of their event time"
            raise self.checker.problem(ordered, what, next_step=_IN_ORDER)
        if not signature.least <= len(args) <= signature.most:
            what = f"wrong number of arguments for `{function}`"
            raise self.checker.problem(
                self.node, what, signature.doc, f"{len(args)}", _OTHER_ARGUMENTS.get((function, len(args)), "")
            )
        if function == "median":
            function, args = "quantile", [*args, exp.Literal.number(0.5)]
        order = self.ordering(args.pop(1)) if function in {"arg_min", "arg_max"} else None
        if function in _PAIRED:
            other = args.pop(1)
            order = self.checker.check(other)
            times = {FieldType.TIMESTAMP} if function == "swinging_door" else set()
            self.checker.expect(other, order, NUMBERS | times, f"the second argument of {function}")
        if function == "json_group_object":
            order = self.checker.check(args.pop(0))
            order = order if order.type is FieldType.STRING else casts.to_string(order)
        argument = self.argument(function, args.pop()) if len(args) > 1 else None
        value = None
        if not (function == "count" and isinstance(args[0], exp.Star)):
            value = self.checker.check(args[0])
        if function == "count" and isinstance(value, Call) and value.function in _CONDITIONS:
            next_step = "write count(*) FILTER (WHERE …)"
            what = "count of a condition counts what is false as well"
            raise self.checker.problem(args[0], what, "a value, of which NULLs are not counted", "", next_step)
        if function == "string_agg" and value is not None and value.type is not FieldType.STRING:
            value = casts.to_string(value)
        type_ = self.type_of(args[0], function, value, argument)
        made = f"{function}_distinct" if distinct and function not in _SAME_OF_DISTINCT else function
        return Aggregation(name, cast(Any, made), type_, value, argument, where, order)

    def expect_distinct(self, args: list[exp.Expression]) -> None:
        """Refuse DISTINCT where it means nothing, or what is not computed."""
        function, most = self.function, len(args) > 1
        if function == "count" and (most or isinstance(args[0], exp.Star)):
            both = ", ".join(arg.sql() for arg in args) if most else "a, b"
            next_step = f"write count(DISTINCT json_array({both}))"
            raise self.checker.problem(self.node, "count(DISTINCT x) takes one value", next_step=next_step)
        if function in {"min", "max"} and most:
            ordered = "list_sort(xs)" if function == "min" else "list_reverse(list_sort(xs))"
            next_step = f"write array_agg(DISTINCT x), and in a map after it list_slice({ordered}, 1, n)"
            raise self.checker.problem(self.node, f"DISTINCT does not go with {function}(x, n)", next_step=next_step)
        if function not in {*_OF_DISTINCT, *_SAME_OF_DISTINCT}:
            expected = f"one of: {names(_OF_DISTINCT)}"
            next_step = "leave it out, or let a dedupe step before it pass each value once"
            what = f"DISTINCT does not go with `{function}`"
            raise self.checker.problem(self.node, what, expected, next_step=next_step)

    def ordering(self, node: exp.Expression) -> Expression:
        """What the value of `arg_max` is chosen by."""
        value = self.checker.check(node)
        self.checker.ordered(node, value, self.function)
        return value

    def argument(self, function: str, node: exp.Expression) -> Argument:
        """The constant that stands last: quantile, weight, band, how many, bounds, or what stands between texts."""
        if function == "quantile":
            return self.quantile(node)
        if function == "ewma":
            return self.weight(node)
        if function == "swinging_door":
            return self.band(node)
        if function == "histogram":
            return self.bounds(node)
        if function == "string_agg":
            if isinstance(node, exp.Literal) and node.is_string:
                return self.between(node)
            raise self.checker.problem(node, "what stands between texts must be written out", "a text, like ', '")
        number = _number(node)
        if number is None or not number.is_integer() or not 1 <= number <= MOST_GREATEST:
            expected = f"a whole number from 1 to {MOST_GREATEST}"
            raise self.checker.problem(node, "not a number of values", expected, node.sql()[:60])
        return int(number)

    def between(self, node: exp.Expression) -> str:
        text = str(node.this)
        if text in _ESCAPES:
            next_step = f"put the whole expression in double quotes: \"string_agg(x, '{text}')\""
            what = f"`{text}` is a backslash and a letter here"
            raise self.checker.problem(node, what, _ESCAPES[text], next_step=next_step)
        return text

    def quantile(self, node: exp.Expression) -> float:
        argument = _number(node)
        if argument is None or not 0 <= argument <= 1:
            raise self.checker.problem(node, "not a quantile", "a number from 0 to 1", node.sql()[:60])
        return argument

    def weight(self, node: exp.Expression) -> float:
        argument = _number(node)
        if argument is None or not 0 < argument <= 1:
            expected = "a number above 0, up to 1: for some n values 2 / (n + 1)"
            raise self.checker.problem(node, "not the weight of an ewma", expected, node.sql()[:60])
        return argument

    def band(self, node: exp.Expression) -> float:
        argument = _number(node)
        if argument is None or argument < 0:
            raise self.checker.problem(node, "not a band", "how far off a line may be, such as 0.5", node.sql()[:60])
        return argument

    def bounds(self, node: exp.Expression) -> tuple[float, ...]:
        numbers = [_number(item) for item in node.expressions] if isinstance(node, exp.Array) else []
        bounds = tuple(number for number in numbers if number is not None)
        if not bounds or len(bounds) != len(numbers) or any(map(ge, bounds, bounds[1:])):
            expected = "numbers in ascending order, like [10, 20, 50]"
            found = node.sql().replace("ARRAY(", "[").replace(")", "]") if isinstance(node, exp.Array) else node.sql()
            raise self.checker.problem(node, "not the bounds of a histogram", expected, found[:60])
        return bounds

    def type_of(
        self, node: exp.Expression, function: str, value: Expression | None, argument: Argument | None
    ) -> FieldType:
        if value is None or function == "count":
            return FieldType.INT
        if function in _NUMERIC or (function == "histogram" and argument is not None):
            self.checker.expect(node, value, NUMBERS, f"the argument of {function}")
        if function in _BITS:
            self.checker.expect(node, value, frozenset({FieldType.INT}), f"the argument of {function}")
        if function in _BOOL:
            self.checker.expect(node, value, frozenset({FieldType.BOOL}), f"the argument of {function}")
        if function in {"min", "max"}:
            self.checker.ordered(node, value, function)
        if function in {"array_agg", "string_agg", "histogram", "json_group_object"} or (
            function in _GREATEST and argument is not None
        ):
            return FieldType.STRING
        if function == "swinging_door":
            return FieldType.BOOL
        return FieldType.FLOAT if function in _FLOAT else value.type


def _number(node: exp.Expression) -> float | None:
    """The number that is written out there."""
    if isinstance(node, exp.Neg):
        number = _number(node.this)
        return None if number is None else -number
    return float(node.this) if isinstance(node, exp.Literal) and not node.is_string else None
