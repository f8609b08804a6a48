"""Compiling `route`."""

from __future__ import annotations

from edge_orch.compile.context import Compiled, StepContext
from edge_orch.errors import Invalid, Problem
from edge_orch.expr.expression import parse_condition
from edge_orch.plan import steps as plan
from edge_orch.spec.leaves import value_of
from edge_orch.spec.steps.route import Route


def compile_route(spec: Route, context: StepContext) -> Compiled:
    """The records of each branch are as they came."""
    problems: list[Problem] = []
    branches = []
    for name, sql in spec.routes.items():
        try:
            branches.append(plan.Branch(name.value, parse_condition(sql, context.scope, deciding=True)))
        except Invalid as error:
            problems.extend(error.problems)
    if not spec.routes:
        problems.append(Problem("route needs at least one branch", context.where, next_step="add routes: {hot: …}"))
    if spec.default and spec.default.value in {name.value for name in spec.routes}:
        what = f"the branch `{spec.default.value}` has a condition already"
        problems.append(Problem(what, spec.default.where, next_step="choose another name"))
    if problems or len(branches) < len(spec.routes):
        return Compiled(None, context.flow, tuple(problems))
    step = plan.Route(context.name, context.input, tuple(branches), context.flow.schema, value_of(spec.default))
    return Compiled(step, context.flow)
