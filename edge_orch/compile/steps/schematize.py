"""Compiling `schematize`."""

from __future__ import annotations

from edge_orch.compile.context import Compiled, StepContext
from edge_orch.compile.flow import Flow
from edge_orch.compile.formatted import compile_formatted, time_problems
from edge_orch.plan import steps as plan
from edge_orch.plan.schema import Field, Schema
from edge_orch.spec.leaves import value_of
from edge_orch.spec.steps.schematize import Schematize


def compile_schematize(spec: Schematize, context: StepContext) -> Compiled:
    """Records of the declared fields, in the order declared."""
    layout, fields, problems = compile_formatted(spec.format, spec.fields, context, spec.nulls, spec.zone)
    problems.extend(time_problems(spec.time, fields))
    schema = Schema(
        tuple(Field(field.name, field.type, field.present, field.json) for field in fields), value_of(spec.time)
    )
    flow = Flow(schema)
    if problems or layout is None:
        return Compiled(None, flow, tuple(problems))
    step = plan.Schematize(
        name=context.name,
        input=context.input,
        format=layout.format,
        fields=tuple(fields),
        schema=schema,
        max_ahead_us=spec.max_ahead.value if spec.time else None,
    )
    return Compiled(step, flow)
