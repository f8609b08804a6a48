"""Compiling `sample`."""

from __future__ import annotations

from edge_orch.compile.context import Compiled, StepContext
from edge_orch.errors import Invalid
from edge_orch.plan import steps as plan
from edge_orch.spec.steps.sample import Sample


def compile_sample(spec: Sample, context: StepContext) -> Compiled:
    """The records that pass are as they came."""
    flow = context.flow
    try:
        keys = tuple(field.name for field in flow.fields(spec.keys))
    except Invalid as error:
        return Compiled(None, flow, error.problems)
    step = plan.Sample(context.name, context.input, keys or flow.schema.names, spec.ratio.value, flow.schema)
    return Compiled(step, flow)
