"""Compiling `latest`."""

from __future__ import annotations

from edge_orch.compile.added import repeated, widened
from edge_orch.compile.context import Compiled, StepContext
from edge_orch.errors import Invalid, Problem
from edge_orch.plan import steps as plan
from edge_orch.spec.steps.latest import Latest


def compile_latest(spec: Latest, context: StepContext) -> Compiled:
    """The fields that came, then the new ones: of the types of those they repeat, and perhaps NULL."""
    context.need_event_time()
    flow = context.flow
    if not spec.fields:
        raise Invalid(Problem("latest adds no field", context.where, next_step="add fields: {latest_x: FIELD}"))
    keys = tuple(field.name for field in flow.fields(spec.keys))
    new = repeated(flow, spec.fields, "latest")
    below = widened(flow, [field for field, _ in new])
    fields = tuple((field.name, of) for field, of in new)
    return Compiled(plan.Latest(context.name, context.input, keys, fields, spec.within.value, below.schema), below)
