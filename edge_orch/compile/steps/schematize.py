"""Compiling `schematize`."""

from __future__ import annotations

import msgspec

from edge_orch.compile.context import Compiled, StepContext
from edge_orch.compile.fields import compile_field, field_type
from edge_orch.compile.flow import Flow
from edge_orch.compile.formats import Layout, compile_format
from edge_orch.compile.json_paths import path_problems
from edge_orch.errors import Invalid, Problem
from edge_orch.plan import steps as plan
from edge_orch.plan.formats import JsonFormat
from edge_orch.plan.schema import Field, FieldType, Schema
from edge_orch.spec.leaves import Name, value_of
from edge_orch.spec.steps.schematize import Schematize
from edge_orch.spec.words import did_you_mean, names


def compile_schematize(spec: Schematize, context: StepContext) -> Compiled:
    """Records of the declared fields, in the order declared."""
    problems: list[Problem] = []
    layout: Layout | None = None
    try:
        layout = compile_format(spec.format)
    except Invalid as error:
        problems.extend(error.problems)
    if not spec.fields:
        problems.append(Problem("schematize needs at least one field", context.where, next_step="add fields"))
    fields: list[plan.ParsedField] = []
    for name, field_spec in spec.fields.items():
        try:
            field = compile_field(name, field_spec)
        except Invalid as error:
            problems.extend(error.problems)
            field = plan.ParsedField(name.value, field_type(field_spec), (name.value,))
        if layout:
            if field_spec.format is None:
                field = msgspec.structs.replace(field, format=layout.stamps.get(field.path, field.format))
            problems.extend(layout.problems(name, field_spec, field))
            if field.json and not isinstance(layout.format, JsonFormat):
                what = "only JSON records have parts that are JSON"
                problems.append(Problem(what, field_spec.type.where, next_step="read its text: type: string"))
        fields.append(field)
    if layout and layout.single and len(fields) > 1:
        problems.append(Problem("raw has one field, the line", context.where, "", f"{len(fields)} fields"))
    if layout and isinstance(layout.format, JsonFormat):
        problems.extend(path_problems(list(spec.fields), fields))
    problems.extend(_time_problems(spec.time, fields))
    schema = Schema(tuple(Field(field.name, field.type, field.required) for field in fields), value_of(spec.time))
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


def _time_problems(time: Name | None, fields: list[plan.ParsedField]) -> list[Problem]:
    if time is None:
        return []
    by_name = {field.name: field for field in fields}
    if time.value not in by_name:
        next_step = did_you_mean(time.value, by_name)
        return [Problem(f"unknown field `{time.value}`", time.where, f"one of: {names(by_name)}", "", next_step)]
    field = by_name[time.value]
    if field.type is not FieldType.TIMESTAMP:
        return [Problem("the event time must be a timestamp", time.where, "timestamp", field.type.value)]
    if not field.required:
        return [Problem("the event time must be required", time.where, next_step="remove required: false")]
    return []
