"""A beginning and an end of which one is true whenever the other is not."""

from __future__ import annotations

from edge_orch.errors import Invalid, Problem
from edge_orch.plan.expression import Call, Expression
from edge_orch.spec.leaves import Sql

_OPPOSITE = {"lt": "ge", "ge": "lt", "gt": "le", "le": "gt", "eq": "ne", "ne": "eq"}


def refuse_opposites(begin: Expression | None, end: Expression | None, where: Sql | None) -> None:
    """Raise `Invalid` where a state is told in place of its beginning: each of its records would begin anew."""
    if where is None or begin is None or end is None or not (_opposite(begin, end) or _opposite(end, begin)):
        return
    next_step = (
        "say where it becomes true: map {on: THE CONDITION}, lag {fields: {was: on}}, begin: on AND was IS NOT TRUE, "
        "end: NOT on"
    )
    what = "each record for which `begin` is true begins anew, and each other ends: none is between them"
    raise Invalid(Problem(what, where.where, next_step=next_step))


def _opposite(one: Expression, other: Expression) -> bool:
    if not isinstance(other, Call):
        return False
    if other.function == "not":
        return other.args == (one,)
    return isinstance(one, Call) and one.args == other.args and _OPPOSITE.get(one.function) == other.function
