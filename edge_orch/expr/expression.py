"""SQL text → typed expression of an expected type."""

from __future__ import annotations

from sqlglot import exp

from edge_orch.errors import Invalid, Location, Problem
from edge_orch.expr.checker import Checker
from edge_orch.expr.domain import domain
from edge_orch.expr.possible import always_true, never_true
from edge_orch.expr.scope import Scope
from edge_orch.expr.syntax import parse_sql
from edge_orch.plan.expression import Call, Expression, Literal
from edge_orch.plan.schema import FieldType
from edge_orch.spec.leaves import Sql


def parse_expression(sql: Sql, scope: Scope) -> Expression:
    """The typed expression in `sql`. Raises `Invalid`: each problem points at its token in the file."""
    node = parse_sql(sql)
    in_brackets = next(part for part in node.walk() if not isinstance(part, exp.Paren))
    if isinstance(in_brackets, exp.Null):
        raise Invalid(Problem("NULL has no type of its own", sql.where, next_step="write CAST(NULL AS float)"))
    return Checker(sql, scope).check(node)


def parse_condition(sql: Sql, scope: Scope, *, deciding: bool = False) -> Expression:
    """Like `parse_expression`, for an expression that must be a condition.

    `deciding`: it is refused if it comes out false or NULL, or is the same for every record without saying TRUE.
    """
    condition = Checker(sql, scope).condition(parse_sql(sql))
    if deciding and not (isinstance(condition, Literal) and condition.value):
        _refuse_what_decides_nothing(condition, sql, scope)
    return condition


def refuse_never_true(condition: Expression, sql: Sql, scope: Scope, where: Location | None = None) -> None:
    """Raise `Invalid` for a condition in `sql`, which stands at `where`, that no record can meet."""
    where = where or sql.where
    if isinstance(condition, Literal) and not condition.value:
        raise Invalid(Problem("no record passes", where, "a condition that names a field", repr(sql.value)))
    if told := _beyond_a_domain(condition):
        raise Invalid(Problem("never true", where, told, repr(sql.value), "mend the number it is compared to"))
    if never_true(condition):
        next_step = "write OR where one of both is enough, or turn a comparison round"
        if not never_true(condition, required=False):
            next_step = "a required field is never NULL: declare it with required: false"
        raise Invalid(Problem("never true", where, "what some record can meet", repr(sql.value), next_step))
    if never_true(condition, bounds=scope.bounds):
        next_step = "what lies beyond the min or max that a field declares is a dead letter: mend one of them"
        raise Invalid(Problem("never true", where, "what a field's bounds allow", repr(sql.value), next_step))


def _beyond_a_domain(condition: Expression) -> str:
    """What a call gives that the condition, or one of those joined by AND in it, compares to a number out of reach."""
    if not isinstance(condition, Call):
        return ""
    if condition.function == "and":
        return next((told for told in map(_beyond_a_domain, condition.args) if told), "")
    call = next((arg for arg in condition.args if domain(arg)), None)
    if call is None or not isinstance(call, Call) or not never_true(condition):
        return ""
    low, high = domain(call) or (None, None)
    unit = f"({getattr(call.args[0], 'value', '')} …)" if call.function == "extract" else "(…)"
    return (
        f"{call.function}{unit} is {low:g} to {high:g}"
        if high is not None
        else f"{call.function}{unit} is {low:g} or more"
    )


def _refuse_what_decides_nothing(condition: Expression, sql: Sql, scope: Scope) -> None:
    if not _names_anything(condition):
        what = "no record passes" if isinstance(condition, Literal) else "the same for every record"
        raise Invalid(Problem(what, sql.where, "a condition that names a field", repr(sql.value), "name a field"))
    refuse_never_true(condition, sql, scope)
    if always_true(condition):
        next_step = "write AND where both are needed; x IS NOT NULL, if that is meant"
        raise Invalid(Problem("true for every record", sql.where, "what some fail", repr(sql.value), next_step))


def _names_anything(node: Expression) -> bool:
    return any(map(_names_anything, node.args)) if isinstance(node, Call) else not isinstance(node, Literal)


def parse_whole_number(sql: Sql, scope: Scope) -> Expression:
    """Like `parse_expression`, for an expression that must be an integer."""
    checker = Checker(sql, scope)
    node = parse_sql(sql)
    return checker.expect(node, checker.check(node), frozenset({FieldType.INT}), "a count")
