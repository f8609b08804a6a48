"""CASE and CAST."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlglot import exp

from edge_orch.expr import casts
from edge_orch.expr.conversion import is_null, is_required
from edge_orch.expr.possible import never_true
from edge_orch.expr.rules.rule import Rule
from edge_orch.expr.rules.vain import refuse_vain_cast
from edge_orch.plan.expression import Call, Expression, Literal
from edge_orch.plan.schema import FieldType
from edge_orch.spec.reading import gathered
from edge_orch.spec.words import did_you_mean

if TYPE_CHECKING:
    from edge_orch.expr.checker import Checker


def _case(checker: Checker, node: exp.Case) -> Expression:
    arms = node.args["ifs"]
    tests = [exp.EQ(this=node.this.copy(), expression=arm.this) if node.this else arm.this for arm in arms]
    conditions = gathered(tests, checker.condition)
    for place, arm in enumerate(arms):
        if place and never_true(conditions[place], unless=conditions[:place]):
            what = "a WHEN that is never reached: those before it take all that it is true for"
            raise checker.problem(arm.this, what, next_step="put the narrower condition first")
    nodes = [*(arm.args["true"] for arm in arms), node.args.get("default") or exp.Null()]
    values = checker.unified(nodes, checker.all(nodes), "the branches of CASE")
    args = [item for pair in zip(conditions, values, strict=False) for item in pair]
    return Call("case", (*args, values[-1]), values[-1].type, all(map(is_required, values)))


def _cast(checker: Checker, node: exp.Cast) -> Expression:
    to = casts.NAMES.get(getattr(node.to.this, "name", ""))
    if to is None:
        expected = "bool, int, float, string or timestamp"
        found = node.to.sql().lower()
        meant = did_you_mean(found.rstrip("0123456789"), FieldType)
        raise checker.problem(node, "CAST to an unknown type", expected, found, meant)
    if node.to.expressions:
        length = node.to.expressions[0].sql()
        next_step = f"write left(…, {length})" if to is FieldType.STRING else f"write {to}"
        raise checker.problem(node, f"{to} has no length", f"CAST(x AS {to})", node.to.sql().lower(), next_step)
    value = checker.check(node.this)
    if is_null(value):
        return Literal(None, to)
    if value.type is to:
        return value
    if not casts.allowed(value.type, to):
        next_step = "use date_trunc, extract or date_diff" if FieldType.TIMESTAMP in {value.type, to} else ""
        raise checker.problem(node, f"no CAST from {value.type} to {to}", next_step=next_step)
    if to is FieldType.TIMESTAMP and isinstance(value, Literal):
        return checker.converted(node.this, value, to)
    refuse_vain_cast(checker, node.this, to)
    return Call(f"cast_{to}", (value,), to, is_required(value) and not casts.may_fail(value.type, to))


RULES: dict[str, Rule] = {"Case": _case, "Cast": _cast, "TryCast": _cast}
