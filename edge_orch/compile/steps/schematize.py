"""Compiling `schematize`."""

from __future__ import annotations

from edge_orch.compile.context import Compiled, StepContext
from edge_orch.compile.flow import Flow
from edge_orch.compile.formatted import compile_formatted, time_problems
from edge_orch.errors import Problem
from edge_orch.plan import steps as plan
from edge_orch.plan.plan import LINES
from edge_orch.plan.schema import Field, Schema
from edge_orch.spec.leaves import value_of
from edge_orch.spec.steps.schematize import Schematize


def compile_schematize(spec: Schematize, context: StepContext) -> Compiled:
    """Records of the declared fields, in the order declared."""
    layout, fields, problems = compile_formatted(
        spec.format, spec.fields, context, spec.nulls, spec.zone, decimal=spec.decimal
    )
    problems.extend(time_problems(spec.time, fields))
    if layout and layout.binary and context.source in LINES:
        what = f"{spec.format_key.text} is bytes, which no line breaks part, and a {context.source} source reads lines"
        problems.append(Problem(what, spec.format_key.where, next_step="let it come by mqtt, http or udp"))
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
