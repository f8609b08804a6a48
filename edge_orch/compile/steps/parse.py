"""Compiling `parse`."""

from __future__ import annotations

from collections.abc import Sequence

import msgspec

from edge_orch.compile.context import Compiled, StepContext
from edge_orch.compile.flow import Flow
from edge_orch.compile.formatted import compile_formatted, time_problems
from edge_orch.compile.steps.map import flow_with
from edge_orch.errors import Invalid, Problem
from edge_orch.plan import steps as plan
from edge_orch.plan.schema import Field, FieldType, Schema
from edge_orch.spec.leaves import Name, value_of
from edge_orch.spec.steps.formats import Csv, Raw
from edge_orch.spec.steps.parse import Parse, Reading


def compile_parse(spec: Parse, context: StepContext) -> Compiled:
    """The fields that came, then the new ones."""
    problems: list[Problem] = []
    readings: list[plan.Reading] = []
    read: list[tuple[plan.ParsedField, ...]] = []
    for reading in spec.readings:
        layout, fields, wrong = compile_formatted(
            reading.format, reading.fields, context, reading.nulls, decimal=reading.decimal
        )
        problems += [*wrong, *_header_problems(reading), *_differences(reading, fields, read)]
        read.append(tuple(fields))
        if layout is not None:
            readings.append(plan.Reading(layout.format, tuple(fields)))
    problems += _never_tried(spec.readings)
    fields = list(plan.united(tuple(read)))
    problems += _time_problems(spec.time, fields, read)
    came = context.flow
    problems += _text_problems(spec.field, came)
    taken = ({field.name for field in came.schema.fields} | came.broken) - {spec.field.value}
    named = {name.value: name for reading in reversed(spec.readings) for name in reading.fields}
    for name in named.values():
        if name.value in taken:
            next_step = "give it another name, with `path`, or drop the other before"
            problems.append(Problem(f"`{name.value}` is a field already", name.where, "", "", next_step))
    new = {field.name: Field(field.name, field.type, field.present, field.json) for field in fields}
    kept = tuple(field for field in came.schema.fields if field.name not in new)
    flow = flow_with(context, (*kept, *new.values()), came.broken - new.keys())
    if spec.time is not None:
        flow = msgspec.structs.replace(flow, schema=Schema(flow.schema.fields, value_of(spec.time)), time_lost_at=None)
    if problems or len(readings) < len(spec.readings) or came.lost or spec.field.value in came.broken:
        return Compiled(None, flow, tuple(problems))
    (first, *others), of = readings, (context.name, context.input, spec.field.value)
    return Compiled(plan.Parse(*of, first.format, first.fields, flow.schema, tuple(others)), flow)


def _never_tried(readings: Sequence[Reading]) -> list[Problem]:
    """What stands behind a format that fits any text."""
    raw = next((place for place, reading in enumerate(readings) if isinstance(reading.format, Raw)), len(readings))
    return [
        Problem("a format that is never tried: `raw` before it fits every text", name.where, next_step="put raw last")
        for reading in readings[raw + 1 :]
        for name in [*reading.fields][:1]
    ]


def _text_problems(text: Name, came: Flow) -> Sequence[Problem]:
    try:
        (field,) = came.fields([text])
    except Invalid as error:
        return error.problems
    if field.type is FieldType.STRING:
        return []
    return [Problem("not a text", text.where, "string", field.type.value, "name a text to read")]


def _header_problems(reading: Reading) -> list[Problem]:
    if not (isinstance(reading.format, Csv) and reading.format.header.value):
        return []
    return [Problem("a text has no header", reading.format.header.where, next_step="remove header")]


def _differences(
    reading: Reading, fields: Sequence[plan.ParsedField], before: Sequence[tuple[plan.ParsedField, ...]]
) -> list[Problem]:
    """Fields that are something else in a format before: whichever reads it, a record's field is of one type."""
    known = {field.name: field for others in reversed(before) for field in others}
    problems = []
    for name, field in zip(reading.fields, fields, strict=True):
        other = known.get(field.name, field)
        if (other.type, other.json) != (field.type, field.json):
            what = f"`{field.name}` is of another type in a format before"
            problems.append(Problem(what, name.where, other.type.value, field.type.value, "give it another name"))
        elif field.name in known and other.default != field.default:
            what = f"`{field.name}` has another default in a format before"
            problems.append(Problem(what, name.where, repr(other.default), repr(field.default)))
    return problems


def _time_problems(
    time: Name | None, fields: list[plan.ParsedField], read: Sequence[tuple[plan.ParsedField, ...]]
) -> list[Problem]:
    missing = [fields for fields in read if time and time.value not in {field.name for field in fields}]
    if time and missing and len(missing) < len(read):
        what = f"the event time `{time.value}` is not in every format"
        return [Problem(what, time.where, next_step="add the field to each, with a `path` where it has another name")]
    return time_problems(time, fields)
