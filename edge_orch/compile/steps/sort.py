"""Compiling `sort`."""

from __future__ import annotations

from edge_orch.compile.context import Compiled, StepContext
from edge_orch.errors import Problem
from edge_orch.plan import steps as plan
from edge_orch.spec.steps.sort import Sort


def compile_sort(spec: Sort, context: StepContext) -> Compiled:
    """The records are as they came."""
    context.need_event_time()
    flow = context.flow
    if flow.schema.time is None and not flow.lost:
        what = "records are dated by their arrival: they are in order"
        return Compiled(None, flow, (Problem(what, context.where, next_step="give schematize or parse a `time`"),))
    grace, idle, on_late = spec.grace.value, spec.idle.value, spec.on_late.value
    return Compiled(plan.Sort(context.name, context.input, grace, idle, on_late, flow.schema), flow)
