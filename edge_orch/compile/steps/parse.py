"""Compiling `parse`."""

from __future__ import annotations

import msgspec

from edge_orch.compile.context import Compiled, StepContext
from edge_orch.compile.formatted import compile_formatted, time_problems
from edge_orch.compile.steps.map import flow_with
from edge_orch.errors import Invalid, Problem
from edge_orch.plan import steps as plan
from edge_orch.plan.schema import Field, FieldType, Schema
from edge_orch.spec.leaves import value_of
from edge_orch.spec.steps.formats import Csv
from edge_orch.spec.steps.parse import Parse


def compile_parse(spec: Parse, context: StepContext) -> Compiled:
    """The fields that came, then the new ones."""
    layout, fields, problems = compile_formatted(spec.format, spec.fields, context)
    problems.extend(time_problems(spec.time, fields))
    if isinstance(spec.format, Csv) and spec.format.header.value:
        problems.append(Problem("a text has no header", spec.format.header.where, next_step="remove header"))
    came = context.flow
    try:
        (text,) = came.fields([spec.field])
        if text.type is not FieldType.STRING:
            problems.append(Problem("not a text", spec.field.where, "string", text.type.value, "name a text to read"))
    except Invalid as error:
        problems.extend(error.problems)
    taken = ({field.name for field in came.schema.fields} | came.broken) - {spec.field.value}
    for name in spec.fields:
        if name.value in taken:
            next_step = "give it another name, with `path`, or drop the other before"
            problems.append(Problem(f"`{name.value}` is a field already", name.where, "", "", next_step))
    new = {field.name: Field(field.name, field.type, field.present, field.json) for field in fields}
    kept = tuple(field for field in came.schema.fields if field.name not in new)
    flow = flow_with(context, (*kept, *new.values()), came.broken - new.keys())
    if spec.time is not None:
        flow = msgspec.structs.replace(flow, schema=Schema(flow.schema.fields, value_of(spec.time)), time_lost_at=None)
    if problems or layout is None or came.lost or spec.field.value in came.broken:
        return Compiled(None, flow, tuple(problems))
    step = plan.Parse(context.name, context.input, spec.field.value, layout.format, tuple(fields), flow.schema)
    return Compiled(step, flow)
