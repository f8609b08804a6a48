"""Compiling `filter`."""

from __future__ import annotations

from edge_orch.compile.context import Compiled, StepContext
from edge_orch.errors import Invalid
from edge_orch.expr.expression import parse_condition
from edge_orch.plan import steps as plan
from edge_orch.spec.steps.filter import Filter


def compile_filter(spec: Filter, context: StepContext) -> Compiled:
    """The records that pass are as they came."""
    try:
        condition = parse_condition(spec.condition, context.scope, deciding=True)
    except Invalid as error:
        return Compiled(None, context.flow, error.problems)
    return Compiled(plan.Filter(context.name, context.input, condition, context.flow.schema), context.flow)
