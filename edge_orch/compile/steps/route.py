"""Compiling `route`."""

from __future__ import annotations

from collections.abc import Sequence

from edge_orch.compile.context import Compiled, StepContext
from edge_orch.errors import Invalid, Problem
from edge_orch.expr.expression import parse_condition
from edge_orch.expr.possible import never_true
from edge_orch.plan import steps as plan
from edge_orch.plan.expression import Expression, Literal
from edge_orch.plan.schema import FieldType
from edge_orch.spec.leaves import Name, Sql, value_of
from edge_orch.spec.steps.route import Route


def compile_route(spec: Route, context: StepContext) -> Compiled:
    """The records of each branch are as they came."""
    problems: list[Problem] = []
    branches: list[plan.Branch] = []
    for name, sql in spec.routes.items():
        try:
            condition = parse_condition(sql, context.scope, deciding=True)
            _refuse_overshadowed(name, sql, condition, branches)
            branches.append(plan.Branch(name.value, condition))
        except Invalid as error:
            problems.extend(error.problems)
    if not spec.routes:
        problems.append(Problem("route needs at least one branch", context.where, next_step="add routes: {hot: …}"))
    if spec.default and spec.default.value in {name.value for name in spec.routes}:
        what = f"the branch `{spec.default.value}` has a condition already"
        problems.append(Problem(what, spec.default.where, next_step="choose another name"))
    if spec.default and branches and never_true(Literal(True, FieldType.BOOL), unless=[b.condition for b in branches]):
        what = f"the default `{spec.default.value}` is never taken: the branches above take all records"
        problems.append(Problem(what, spec.default.where, next_step="leave out the default, or the last branch"))
    if problems or len(branches) < len(spec.routes):
        return Compiled(None, context.flow, tuple(problems))
    step = plan.Route(context.name, context.input, tuple(branches), context.flow.schema, value_of(spec.default))
    return Compiled(step, context.flow)


def _refuse_overshadowed(name: Name, sql: Sql, condition: Expression, above: Sequence[plan.Branch]) -> None:
    """Raise `Invalid` for a branch that the one above it leaves no record."""
    for branch in above:
        if never_true(condition, unless=[branch.condition]):
            what = f"the branch `{name.value}` is never taken: `{branch.name}` above takes all of its records"
            next_step = "put the narrower condition first"
            if isinstance(branch.condition, Literal):
                next_step = f"write default: {branch.name} in place of a condition that is always true"
            raise Invalid(Problem(what, sql.where, "", "", next_step))
