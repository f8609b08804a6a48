"""Compiling `throttle`."""

from __future__ import annotations

from edge_orch.compile.context import Compiled, StepContext
from edge_orch.errors import Invalid
from edge_orch.plan import steps as plan
from edge_orch.spec.steps.throttle import Throttle


def compile_throttle(spec: Throttle, context: StepContext) -> Compiled:
    """The records that pass are as they came."""
    flow = context.flow
    try:
        context.need_event_time()
        keys = tuple(field.name for field in flow.fields(spec.keys))
    except Invalid as error:
        return Compiled(None, flow, error.problems)
    step = plan.Throttle(context.name, context.input, keys, spec.threshold.value, spec.window.value, flow.schema)
    return Compiled(step, flow)
