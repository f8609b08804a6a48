"""Compiling `dedupe`."""

from __future__ import annotations

from edge_orch.compile.context import Compiled, StepContext
from edge_orch.errors import Invalid, Problem
from edge_orch.plan import steps as plan
from edge_orch.spec.steps.dedupe import Dedupe


def compile_dedupe(spec: Dedupe, context: StepContext) -> Compiled:
    """The records that pass are as they came."""
    flow = context.flow
    try:
        context.need_event_time()
        keys = tuple(field.name for field in flow.fields(spec.keys))
        if not keys:
            raise Invalid(Problem("dedupe needs at least one key field", context.where))
    except Invalid as error:
        return Compiled(None, flow, error.problems)
    return Compiled(plan.Dedupe(context.name, context.input, keys, spec.within.value, flow.schema), flow)
