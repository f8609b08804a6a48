"""Syntax tree → typed expression. Every node that is not named here is refused."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence

from sqlglot import exp

from edge_orch.errors import Invalid, Location, Problem
from edge_orch.expr import casts
from edge_orch.expr.conversion import NUMBERS, common_type, converted, is_null, is_required
from edge_orch.expr.functions import AGGREGATES, FUNCTIONS, Function
from edge_orch.expr.scope import Scope
from edge_orch.expr.syntax import place_of
from edge_orch.plan.expression import Call, Expression, Literal
from edge_orch.plan.schema import FieldType
from edge_orch.spec.leaves import INT64, Sql
from edge_orch.spec.reading import gathered
from edge_orch.spec.words import did_you_mean, names
from edge_orch.time import parse_duration

_COMPARISONS = {"EQ": "eq", "NEQ": "ne", "LT": "lt", "LTE": "le", "GT": "gt", "GTE": "ge"}
_ARITHMETIC = {"Add": "add", "Sub": "sub", "Mul": "mul", "Div": "div", "Mod": "mod"}
_SYMBOLS = {"EQ": "=", "NEQ": "<>", "LT": "<", "LTE": "<=", "GT": ">", "GTE": ">="}
_SYMBOLS |= {"Add": "+", "Sub": "-", "Mul": "*", "Div": "/", "Mod": "%"}
_REFUSED = {
    "Select": ("subqueries are not allowed", "join in a step before this one"),
    "Subquery": ("subqueries are not allowed", "join in a step before this one"),
    "Window": ("window functions are not allowed", "use an aggregate step"),
    "Filter": ("FILTER belongs to an aggregate", "use it in an aggregate step's compute"),
    "ILike": ("ILIKE is not part of the language", "write lower(x) LIKE …"),
    "NullSafeEQ": ("IS NOT DISTINCT FROM is not part of the language", "compare with = and IS NULL"),
    "NullSafeNEQ": ("IS DISTINCT FROM is not part of the language", "compare with <> and IS NULL"),
    "Interval": ("an INTERVAL can only be added to or taken from a timestamp", ""),
    "Star": ("`*` stands only in count(*)", ""),
}
_NO_CLOCK = {"now", "current_timestamp", "current_date", "current_time", "today", "random", "rand", "uuid"}


class Checker:
    """Types one expression in one scope."""

    def __init__(self, sql: Sql, scope: Scope) -> None:
        self.sql = sql
        self.scope = scope

    def check(self, node: exp.Expression) -> Expression:
        """The typed expression of `node`. Raises `Invalid` with every problem found in it."""
        kind = type(node).__name__
        if kind in _COMPARISONS:
            return self.comparison(node, kind)
        if kind in _ARITHMETIC:
            return self.arithmetic(node, kind)
        method: Callable[[exp.Expression], Expression] | None = getattr(self, f"_{kind.lower()}", None)
        if method is None:
            what, next_step = _REFUSED.get(kind, (f"`{node.key}` is not part of the expression language", ""))
            raise self.problem(node, what, next_step=next_step)
        return method(node)

    def problem(
        self, node: exp.Expression, what: str, expected: str = "", found: str = "", next_step: str = ""
    ) -> Invalid:
        return Invalid(Problem(what, self.where(node), expected, found, next_step))

    def where(self, node: exp.Expression) -> Location:
        return place_of(self.sql, node)

    def checked(self, nodes: Sequence[exp.Expression]) -> list[Expression]:
        return gathered(nodes, self.check)

    def same(self, nodes: Sequence[exp.Expression], values: Sequence[Expression], what: str) -> list[Expression]:
        """The values as their common type."""
        common = common_type(values)
        if common is None:
            found = ", ".join(value.type.value for value in values)
            raise self.problem(nodes[0], f"{what} need values of one type", "", found, _cast_hint(values))
        return gathered(list(zip(nodes, values, strict=True)), lambda pair: self.converted(*pair, common))

    def converted(self, node: exp.Expression, value: Expression, to: FieldType) -> Expression:
        try:
            return converted(value, to)
        except ValueError:
            assert isinstance(value, Literal)  # noqa: S101 (only a literal converts to a timestamp)
            raise self.problem(
                node, "not a timestamp", "RFC 3339, like '2026-01-02T03:04:05Z'", repr(value.value)
            ) from None

    def expect(self, node: exp.Expression, value: Expression, accepted: frozenset[FieldType], role: str) -> Expression:
        """`value`, whose type must be among `accepted`."""
        if is_null(value):
            return Literal(None, min(accepted))
        if value.type not in accepted:
            expected = " or ".join(sorted(accepted))
            raise self.problem(node, f"{role} must be {expected}", expected, value.type.value)
        return value

    # Names and constants

    def _column(self, node: exp.Expression) -> Expression:
        parts = tuple(part.name for part in node.parts) if isinstance(node, exp.Column) else ()
        if isinstance(node.this, exp.Star):
            raise self.problem(node, *_REFUSED["Star"])
        return self.placed(node, lambda: self.scope.name(parts))

    def _placeholder(self, node: exp.Expression) -> Expression:
        return self.placed(node, lambda: self.scope.param(node.name))

    def placed(self, node: exp.Expression, look_up: Callable[[], Expression]) -> Expression:
        try:
            return look_up()
        except Invalid as error:
            where = self.where(node)
            raise Invalid(*(Problem(p.what, where, p.expected, p.found, p.next_step) for p in error.problems)) from None

    def _literal(self, node: exp.Expression) -> Expression:
        return self.number(node, str(node.this)) if not node.is_string else Literal(str(node.this), FieldType.STRING)

    def number(self, node: exp.Expression, text: str) -> Literal:
        if re.fullmatch(r"-?[0-9]+", text):
            if len(text) > 20 or not INT64[0] <= int(text) <= INT64[1]:
                raise self.problem(node, "an integer out of 64 bits", f"{INT64[0]} to {INT64[1]}", text[:60])
            return Literal(int(text), FieldType.INT)
        try:
            value = float(text)
        except ValueError:
            raise self.problem(node, "not a number", "", text[:60]) from None
        if value in {float("inf"), float("-inf")}:
            raise self.problem(node, "a number out of range", "", text[:60])
        return Literal(value, FieldType.FLOAT)

    def _boolean(self, node: exp.Expression) -> Expression:
        return Literal(bool(node.this), FieldType.BOOL)

    def _null(self, _node: exp.Expression) -> Expression:
        return Literal(None, FieldType.STRING)

    def _paren(self, node: exp.Expression) -> Expression:
        return self.check(node.this)

    # Logic

    def _and(self, node: exp.Expression) -> Expression:
        return self.logic("and", [node.this, node.expression])

    def _or(self, node: exp.Expression) -> Expression:
        return self.logic("or", [node.this, node.expression])

    def _not(self, node: exp.Expression) -> Expression:
        return self.logic("not", [node.this])

    def logic(self, function: str, nodes: list[exp.Expression]) -> Expression:
        args = gathered(nodes, self.condition)
        return Call(function, tuple(args), FieldType.BOOL, all(map(is_required, args)))

    def condition(self, node: exp.Expression) -> Expression:
        return self.expect(node, self.check(node), frozenset({FieldType.BOOL}), "a condition")

    def _is(self, node: exp.Expression) -> Expression:
        value = self.check(node.this)
        right = node.expression
        if isinstance(right, exp.Null):
            return Call("is_null", (value,), FieldType.BOOL, True)
        if not isinstance(right, exp.Boolean):
            raise self.problem(right, "IS takes NULL, TRUE or FALSE")
        value = self.expect(node.this, value, frozenset({FieldType.BOOL}), "a condition")
        if not right.this:
            value = Call("not", (value,), FieldType.BOOL, is_required(value))
        return Call("coalesce", (value, Literal(False, FieldType.BOOL)), FieldType.BOOL, True)

    def comparison(self, node: exp.Expression, kind: str) -> Expression:
        nodes = [node.this, node.expression]
        args = self.checked(nodes)
        if any(is_null(arg) for arg in args):
            raise self.problem(node, "a comparison with NULL is never true", next_step="use IS NULL or IS NOT NULL")
        args = self.comparable(nodes, args, f"the sides of {_SYMBOLS[kind]}")
        if kind not in {"EQ", "NEQ"}:
            self.ordered(nodes[0], args, _SYMBOLS[kind])
        return Call(_COMPARISONS[kind], tuple(args), FieldType.BOOL, all(map(is_required, args)))

    def comparable(self, nodes: list[exp.Expression], args: list[Expression], what: str) -> list[Expression]:
        """Of one type; an int and a float compare as they are, so that no cast slows the agent down."""
        return self.mixed(args) if {arg.type for arg in args} == NUMBERS else self.same(nodes, args, what)

    def mixed(self, args: list[Expression]) -> list[Expression]:
        return [converted(arg, FieldType.FLOAT) if isinstance(arg, Literal) else arg for arg in args]

    def ordered(self, node: exp.Expression, args: list[Expression], what: str) -> None:
        if args[0].type is FieldType.BOOL:
            raise self.problem(node, f"booleans have no order for {what}", "a number, text or timestamp", "bool")

    def _between(self, node: exp.Expression) -> Expression:
        nodes = [node.this, node.args["low"], node.args["high"]]
        args = self.comparable(nodes, self.checked(nodes), "the parts of BETWEEN")
        self.ordered(node.this, args, "BETWEEN")
        return Call("between", tuple(args), FieldType.BOOL, all(map(is_required, args)))

    def _in(self, node: exp.Expression) -> Expression:
        if not node.expressions:
            raise self.problem(node, "IN needs a list of values", "x IN (1, 2)")
        nodes = [node.this, *node.expressions]
        args = self.comparable(nodes, self.checked(nodes), "the values of IN")
        return Call("in", tuple(args), FieldType.BOOL, all(map(is_required, args)))

    def _like(self, node: exp.Expression) -> Expression:
        nodes = [node.this, node.expression]
        text = frozenset({FieldType.STRING})
        args = gathered(nodes, lambda part: self.expect(part, self.check(part), text, "each side of LIKE"))
        like = Call("like", tuple(args), FieldType.BOOL, all(map(is_required, args)))
        return Call("not", (like,), FieldType.BOOL, like.required) if node.args.get("negate") else like

    # Arithmetic

    def arithmetic(self, node: exp.Expression, kind: str) -> Expression:
        nodes = [node.this, node.expression]
        if kind in {"Add", "Sub"} and isinstance(node.expression, exp.Interval):
            return self.shifted(node, kind)
        args = self.checked(nodes)
        function = _ARITHMETIC[kind]
        if {arg.type for arg in args} == {FieldType.TIMESTAMP} and kind == "Sub":
            raise self.problem(node, "timestamps cannot be subtracted", next_step="use date_diff('second', a, b)")
        args = [
            self.expect(part, arg, NUMBERS, f"each side of {_SYMBOLS[kind]}")
            for part, arg in zip(nodes, args, strict=True)
        ]
        types = {arg.type for arg in args}
        result = FieldType.INT if types == {FieldType.INT} and function != "div" else FieldType.FLOAT
        may_fail = function in {"div", "mod"}
        args = self.mixed(args) if types == NUMBERS else args
        return Call(function, tuple(args), result, not may_fail and all(map(is_required, args)))

    def shifted(self, node: exp.Expression, kind: str) -> Expression:
        value = self.expect(node.this, self.check(node.this), frozenset({FieldType.TIMESTAMP}), "the left side")
        interval = node.expression
        text = f"{interval.this.name if interval.this else ''} {interval.text('unit')}".strip().lower()
        match = re.fullmatch(r"(\d+(?:\.\d+)?) *([a-z]+?)s?", text)
        unit = {"second": "s", "minute": "m", "hour": "h", "day": "d", "week": "w", "millisecond": "ms"}
        short = unit.get(match[2], match[2]) if match else ""
        try:
            length = parse_duration(f"{match[1]}{short}" if match else text)
        except Invalid:
            raise self.problem(interval, "not an interval", "like INTERVAL '5' minute", text) from None
        args = (value, Literal(length, FieldType.INT))
        return Call(_ARITHMETIC[kind], args, FieldType.TIMESTAMP, is_required(value))

    def _neg(self, node: exp.Expression) -> Expression:
        if isinstance(node.this, exp.Literal) and not node.this.is_string:
            return self.number(node.this, f"-{node.this.this}")
        value = self.expect(node.this, self.check(node.this), NUMBERS, "what follows -")
        return Call("neg", (value,), value.type, is_required(value))

    def _dpipe(self, node: exp.Expression) -> Expression:
        return self.joined(self.checked([node.this, node.expression]))

    def joined(self, values: list[Expression]) -> Expression:
        texts = tuple(value if value.type is FieldType.STRING else casts.to_string(value) for value in values)
        return Call("concat", texts, FieldType.STRING, all(map(is_required, texts)))

    # CASE, CAST and calls

    def _case(self, node: exp.Expression) -> Expression:
        arms = node.args["ifs"]
        whens = [exp.EQ(this=node.this, expression=arm.this) if node.this else arm.this for arm in arms]
        conditions = gathered(whens, self.condition)
        otherwise = node.args.get("default") or exp.Null()
        nodes = [*(arm.args["true"] for arm in arms), otherwise]
        values = self.same(nodes, self.checked(nodes), "the branches of CASE")
        args = [item for pair in zip(conditions, values, strict=False) for item in pair]
        return Call("case", (*args, values[-1]), values[-1].type, all(map(is_required, values)))

    def _cast(self, node: exp.Expression) -> Expression:
        to = casts.NAMES.get(node.args["to"].this.name if isinstance(node.args["to"].this, exp.DataType.Type) else "")
        if to is None:
            expected = "bool, int, float, string or timestamp"
            raise self.problem(node, "CAST to an unknown type", expected, node.args["to"].sql().lower())
        value = self.check(node.this)
        if is_null(value):
            return Literal(None, to)
        if value.type is to:
            return value
        if not casts.allowed(value.type, to):
            next_step = "use date_trunc, extract or date_diff" if FieldType.TIMESTAMP in {value.type, to} else ""
            raise self.problem(node, f"no CAST from {value.type} to {to}", next_step=next_step)
        if to is FieldType.TIMESTAMP and isinstance(value, Literal):
            return self.converted(node.this, value, to)
        required = is_required(value) and not casts.may_fail(value.type, to)
        return Call(f"cast_{to}", (value,), to, required)

    _trycast = _cast

    def _extract(self, node: exp.Expression) -> Expression:
        unit = exp.Literal.string(node.this.name.lower())
        return self.call(node, "extract", [unit, node.expression])

    def _anonymous(self, node: exp.Expression) -> Expression:
        return self.call(node, str(node.this).lower(), node.expressions)

    def call(self, node: exp.Expression, name: str, nodes: list[exp.Expression]) -> Expression:
        if name in AGGREGATES:
            next_step = "use it in an aggregate step's compute, alone: combine results in a map step after it"
            raise self.problem(node, f"the aggregate `{name}` cannot stand here", next_step=next_step)
        if name in _NO_CLOCK:
            next_step = "use the record's own time: the same input must give the same output"
            raise self.problem(node, f"`{name}` is not a function of the record", next_step=next_step)
        if name not in FUNCTIONS:
            next_step = did_you_mean(name, FUNCTIONS)
            raise self.problem(node, f"unknown function `{name}`", f"one of: {names(FUNCTIONS)}", "", next_step)
        function = FUNCTIONS[name]
        least, most = len(function.args) - function.optional, len(function.args)
        if len(nodes) < least or (len(nodes) > most and not function.variadic):
            count = str(most) if least == most else f"{least} to {most}"
            expected = f"at least {least}" if function.variadic else count
            raise self.problem(node, f"`{name}` got {len(nodes)} arguments", f"{expected}: {function.doc}")
        return self.applied(name, function, nodes)

    def applied(self, name: str, function: Function, nodes: list[exp.Expression]) -> Expression:
        kinds = [function.args[min(index, len(function.args) - 1)] for index in range(len(nodes))]

        def argument(pair: tuple[exp.Expression, object]) -> Expression:
            part, kind = pair
            value = self.check(part)
            if kind == "unit":
                return self.unit(part, value, name, function.units)
            if kind == "regex":
                return self.regex(part, value)
            if kind in {"number", "same_number"}:
                return self.expect(part, value, NUMBERS, f"an argument of {name}")
            if isinstance(kind, FieldType):
                converts = common_type([value, Literal(None, kind)]) is kind or is_null(value)
                timestamp = kind is FieldType.TIMESTAMP and isinstance(value, Literal)
                if timestamp and value.type is FieldType.STRING:
                    return self.converted(part, value, kind)
                return (
                    value
                    if converts and not is_null(value)
                    else self.expect(part, value, frozenset({kind}), f"an argument of {name}")
                )
            return value

        args = gathered(list(zip(nodes, kinds, strict=True)), argument)
        if name == "concat":
            return self.joined(args)
        shared = [index for index, kind in enumerate(kinds) if kind in {"same", "same_number"}]
        if shared:
            values = self.same([nodes[i] for i in shared], [args[i] for i in shared], f"the arguments of {name}")
            for index, value in zip(shared, values, strict=True):
                args[index] = value
            if name in {"greatest", "least"}:
                self.ordered(nodes[0], args, name)
        result = function.result or args[shared[0]].type
        given = map(is_required, args)
        required = function.null != "may_fail" and (any(given) if function.null == "all" else all(given))
        return Call(name, tuple(args), result, required)

    def unit(self, node: exp.Expression, value: Expression, name: str, units: tuple[str, ...]) -> Expression:
        found = value.value if isinstance(value, Literal) else None
        if not isinstance(found, str) or found.lower() not in units:
            next_step = did_you_mean(found, units) if isinstance(found, str) else ""
            raise self.problem(node, f"not a unit of {name}", f"one of: {names(units)}", repr(found), next_step)
        return Literal(found.lower(), FieldType.STRING)

    def regex(self, node: exp.Expression, value: Expression) -> Expression:
        if not isinstance(value, Literal) or not isinstance(value.value, str):
            raise self.problem(node, "a regular expression must be written out", "text in quotes", value.type.value)
        try:
            re.compile(value.value)
        except (re.error, OverflowError, RecursionError) as error:
            raise self.problem(node, f"not a regular expression: {error}", "", repr(value.value)) from None
        return value


def _cast_hint(values: Sequence[Expression]) -> str:
    types = {value.type for value in values if not is_null(value)}
    quoted = [value for value in values if isinstance(value, Literal) and value.type is FieldType.STRING]
    if quoted and types & NUMBERS:
        return f"write {quoted[0].value} without quotes if a number is meant"
    return "CAST one of them"
