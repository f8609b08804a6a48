"""AND, OR, NOT, comparisons and tests: all are conditions."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from sqlglot import exp

from edge_orch.expr.conversion import is_null, is_required
from edge_orch.expr.rules.rule import Rule
from edge_orch.expr.rules.vain import (
    refuse_empty_range,
    refuse_glob,
    refuse_null_in_list,
    refuse_other_case,
    refuse_out_of_type,
)
from edge_orch.plan.expression import Call, Context, Expression, Literal
from edge_orch.plan.schema import FieldType
from edge_orch.spec.reading import gathered

if TYPE_CHECKING:
    from edge_orch.expr.checker import Checker

_TEXT = frozenset({FieldType.STRING})


def _test(function: str, args: list[Expression]) -> Call:
    return Call(function, tuple(args), FieldType.BOOL, all(map(is_required, args)))


def _binary(function: str, checker: Checker, node: exp.Expression) -> Expression:
    return _test(function, gathered([node.this, node.expression], checker.condition))


def _not(checker: Checker, node: exp.Not) -> Expression:
    return _test("not", [checker.condition(node.this)])


def _comparison(function: str, symbol: str, checker: Checker, node: exp.Expression) -> Expression:
    nodes = [node.this, node.expression]
    _refuse_bare_is(checker, node, symbol)
    args = checker.all(nodes)
    if any(map(is_null, args)):
        raise checker.problem(node, "a comparison with NULL is never true", next_step="use IS NULL or IS NOT NULL")
    if checker.scope.labels and all(isinstance(arg, Context) for arg in args):
        next_step = f"text stands in single quotes: '{nodes[1].name}'"
        raise checker.problem(nodes[1], "both sides are labels", "a label and a text", "", next_step)
    args = checker.comparable(nodes, args, f"both sides of {symbol}")
    if function in {"eq", "ne"}:
        for side, other in (nodes, reversed(nodes)):
            refuse_other_case(checker, side, [other])
        refuse_out_of_type(checker, nodes, args)
    else:
        checker.ordered(nodes[0], args[0], symbol)
    return _test(function, args)


def _refuse_bare_is(checker: Checker, node: exp.Expression, symbol: str) -> None:
    """In SQL `a = b IS NULL` asks whether the comparison is NULL; the parser, and who writes it, may mean b."""
    right = node.expression.this if isinstance(node.expression, exp.Not) else node.expression
    if isinstance(right, exp.Is | exp.NullSafeEQ | exp.NullSafeNEQ):
        next_step = f"put brackets around what belongs together: (a {symbol} b) IS TRUE, or a {symbol} (b IS TRUE)"
        raise checker.problem(node, f"IS after {symbol} can be read in two ways", next_step=next_step)


def _is(checker: Checker, node: exp.Is) -> Expression:
    right = node.expression
    if isinstance(right, exp.Null):
        return Call("is_null", (checker.check(node.this),), FieldType.BOOL, True)
    if not isinstance(right, exp.Boolean):
        raise checker.problem(right, "IS takes NULL, TRUE or FALSE", next_step="write IS NULL or IS NOT NULL")
    value = checker.condition(node.this)
    value = value if right.this else _test("not", [value])
    return Call("coalesce", (value, Literal(False, FieldType.BOOL)), FieldType.BOOL, True)


def _between(checker: Checker, node: exp.Between) -> Expression:
    nodes = [node.this, node.args["low"], node.args["high"]]
    if node.args.get("symmetric"):
        next_step = "write x BETWEEN least(a, b) AND greatest(a, b)"
        raise checker.problem(node, "SYMMETRIC is not part of the language", next_step=next_step)
    args = checker.comparable(nodes, checker.all(nodes), "the parts of BETWEEN")
    checker.ordered(nodes[0], args[0], "BETWEEN")
    refuse_empty_range(checker, *nodes[1:])
    return _test("between", args)


def _in(checker: Checker, node: exp.In) -> Expression:
    if not node.expressions:
        raise checker.problem(node, "IN needs a list of values", "x IN (1, 2)", next_step=_meant_by_in(node))
    nodes = [node.this, *node.expressions]
    refuse_null_in_list(checker, nodes[1:])
    args = checker.all(nodes)
    if checker.scope.labels:
        _refuse_labels_among(checker, nodes[1:], args[1:])
    refuse_other_case(checker, nodes[0], nodes[1:])
    alike = checker.comparable(nodes, args, "the values of IN")
    refuse_out_of_type(checker, nodes, alike)
    return _test("in", alike)


def _meant_by_in(node: exp.In) -> str:
    behind = node.args.get("field") or node.args.get("unnest")
    if isinstance(node.this, exp.Literal) and isinstance(behind, exp.Expression):
        return f"of a text write contains({behind.name}, 'part'), of a JSON array list_contains({behind.name}, 'a')"
    return "write the values, with commas between them, in round brackets"


def _refuse_labels_among(checker: Checker, nodes: list[exp.Expression], args: list[Expression]) -> None:
    for node, arg in zip(nodes, args, strict=True):
        if isinstance(arg, Context):
            next_step = f"text stands in single quotes: '{node.name}'"
            raise checker.problem(node, f"`{node.name}` is a label", "a text", "", next_step)


def _distinct(checker: Checker, node: exp.Expression, *, equal: bool) -> Expression:
    """IS [NOT] DISTINCT FROM: a comparison that is never NULL, in which NULL equals NULL."""
    nodes = [node.this, node.expression]
    left, right = checker.comparable(nodes, checker.all(nodes), "both sides of DISTINCT FROM")
    both = _test("and", [_null_test(left), _null_test(right)])
    same = Call("coalesce", (_test("eq", [left, right]), Literal(False, FieldType.BOOL)), FieldType.BOOL, True)
    either = _test("or", [both, same])
    return either if equal else _test("not", [either])


def _null_test(value: Expression) -> Call:
    return Call("is_null", (value,), FieldType.BOOL, True)


def _ilike(checker: Checker, node: exp.Expression) -> Expression:
    lowered = [exp.Anonymous(this="lower", expressions=[node.this]), _lowered(node.expression)]
    return _like(checker, exp.Like(this=lowered[0], expression=lowered[1], negate=node.args.get("negate")))


def _lowered(pattern: exp.Expression) -> exp.Expression:
    if isinstance(pattern, exp.Literal) and pattern.is_string:
        lowered = exp.Literal.string(pattern.this.lower())
        lowered.meta.update(pattern.meta)  # its place
        return lowered
    return exp.Anonymous(this="lower", expressions=[pattern])


def _like(checker: Checker, node: exp.Like) -> Expression:
    sides = [node.this, node.expression]
    refuse_glob(checker, node.expression)
    refuse_other_case(checker, node.this, [node.expression])
    like = _test(
        "like", gathered(sides, lambda side: checker.expect(side, checker.check(side), _TEXT, "a side of LIKE"))
    )
    # Some versions of sqlglot mark NOT LIKE on the node, others wrap it in a Not.
    return _test("not", [like]) if node.args.get("negate") else like


RULES: dict[str, Rule] = {
    "And": partial(_binary, "and"),
    "Or": partial(_binary, "or"),
    "Not": _not,
    "EQ": partial(_comparison, "eq", "="),
    "NEQ": partial(_comparison, "ne", "<>"),
    "LT": partial(_comparison, "lt", "<"),
    "LTE": partial(_comparison, "le", "<="),
    "GT": partial(_comparison, "gt", ">"),
    "GTE": partial(_comparison, "ge", ">="),
    "Is": _is,
    "Between": _between,
    "In": _in,
    "Like": _like,
    "ILike": _ilike,
    "NullSafeEQ": partial(_distinct, equal=True),
    "NullSafeNEQ": partial(_distinct, equal=False),
}
