"""Compiling what has a format and fields: `schematize` and `parse`."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

import msgspec

from edge_orch.compile.context import StepContext
from edge_orch.compile.fields import UTC, check_zone, compile_field, field_type
from edge_orch.compile.formats import WHOLE, Layout, compile_format
from edge_orch.compile.json_paths import path_problems
from edge_orch.compile.xml_paths import root_problems
from edge_orch.errors import Invalid, Problem
from edge_orch.plan import steps as plan
from edge_orch.plan.formats import InfluxFormat, JsonFormat, MsgpackFormat, XmlFormat
from edge_orch.plan.schema import FieldType
from edge_orch.spec.leaves import Name, Text, value_of
from edge_orch.spec.steps.formats import FormatSpec
from edge_orch.spec.steps.schematize import DecimalMark, FieldSpec
from edge_orch.spec.words import did_you_mean, names


def compile_formatted(
    format_: FormatSpec,
    specs: Mapping[Name, FieldSpec],
    context: StepContext,
    nulls: tuple[Text, ...] = (),
    zone: Text | None = None,
    *,
    decimal: DecimalMark | None = None,
) -> tuple[Layout | None, list[plan.ParsedField], list[Problem]]:
    """The layout (None: it is wrong), the fields in the order declared, and every problem of either.

    `nulls`: texts that mean NULL. `zone`: that of stamps without an offset whose field names none.
    `decimal`: what stands before the fraction of a float; None: a point.
    """
    problems: list[Problem] = []
    layout: Layout | None = None
    try:
        layout = compile_format(format_)
        if zone:
            check_zone(zone)
    except Invalid as error:
        problems.extend(error.problems)
    if not specs:
        problems.append(Problem(f"{context.kind} needs at least one field", context.where, next_step="add fields"))
    fields: list[plan.ParsedField] = []
    for name, spec in specs.items():
        try:
            field = compile_field(name, spec, value_of(zone) or UTC)
        except Invalid as error:
            problems.extend(error.problems)
            field = plan.ParsedField(name.value, field_type(spec), (name.value,))
        field = msgspec.structs.replace(field, nulls=tuple(text.value for text in nulls))
        if decimal and field.type is FieldType.FLOAT:
            field = msgspec.structs.replace(field, decimal=decimal.value)
        if layout:
            field, wrong = _placed(layout, name, spec, field)
            problems.extend(wrong)
        fields.append(field)
    if layout and isinstance(layout.format, JsonFormat):
        fields, wrong = _whole(specs, fields, context.kind)
        problems.extend(wrong)
    if layout and layout.single and len(fields) > 1:
        problems.append(Problem(layout.single, context.where, "", f"{len(fields)} fields"))
    if layout and isinstance(layout.format, JsonFormat | MsgpackFormat):
        of_json = isinstance(layout.format, JsonFormat)
        apart = [pair for pair in zip(specs, fields, strict=True) if pair[1].path or not of_json]
        problems.extend(path_problems([name for name, _ in apart], [field for _, field in apart]))
        next_step = "for a text that means so, map {x: nullif(x, '-')}"
        what = f"{'JSON' if isinstance(layout.format, JsonFormat) else 'MessagePack'} says itself what is null"
        problems += [Problem(what, text.where, next_step=next_step) for text in nulls[:1]]
    if layout and decimal:
        problems.extend(_decimal_problems(decimal, layout, fields))
    if layout and isinstance(layout.format, XmlFormat):
        problems.extend(root_problems(list(specs), fields))
    return layout, fields, problems


def _decimal_problems(decimal: DecimalMark, layout: Layout, fields: Sequence[plan.ParsedField]) -> Iterator[Problem]:
    if isinstance(layout.format, JsonFormat | MsgpackFormat | InfluxFormat):
        next_step = "of a number in a text, map {x: CAST(replace(x, ',', '.') AS float)}"
        yield Problem("numbers of this format have a point", decimal.where, next_step=next_step)
    elif not any(field.type is FieldType.FLOAT for field in fields):
        yield Problem("`decimal` is of floats, and no field is one", decimal.where, next_step="leave it out")


def _placed(
    layout: Layout, name: Name, spec: FieldSpec, field: plan.ParsedField
) -> tuple[plan.ParsedField, list[Problem]]:
    """The field as its format has it, and what is wrong with it there."""
    if (column := ".".join(field.path)) in layout.columns:
        field = msgspec.structs.replace(field, path=(column,))
    if spec.format is None:
        field = msgspec.structs.replace(field, format=layout.stamps.get(field.path, field.format))
    whole = len(field.path) == 1 and field.path[0] in layout.objects
    problems = [] if field.json and whole else list(layout.problems(name, spec, field))
    if field.json and not (isinstance(layout.format, JsonFormat | XmlFormat | MsgpackFormat) or whole):
        what = "only records of JSON, XML or MessagePack have parts that are JSON"
        problems.append(Problem(what, spec.type.where, next_step="read its text: type: string"))
    if field.json and whole and field.path == (WHOLE,):
        field = msgspec.structs.replace(field, path=())
    return field, problems


def _whole(
    specs: Mapping[Name, FieldSpec], fields: Sequence[plan.ParsedField], kind: str
) -> tuple[list[plan.ParsedField], list[Problem]]:
    """The fields, of which one may hold the record as it came; elsewhere `$` would be a key of that name."""
    found: list[plan.ParsedField] = []
    problems: list[Problem] = []
    for (name, spec), field in zip(specs.items(), fields, strict=True):
        whole = bool(spec.path and not spec.path.listed and field.path == (WHOLE,))
        found.append(msgspec.structs.replace(field, path=()) if whole else field)
        if not (whole and spec.path):
            continue
        where = spec.path.keys[0].where
        if kind != "schematize":
            next_step = "the text that it reads is a field already; for a key that is called so, write a list: ['$']"
            problems.append(Problem("the whole of the object is no field of its own here", where, next_step=next_step))
        elif not field.json or field.default is not None:
            next_step = f"write {name.value}: {{type: json, path: $}}; for a key that is called so, a list: ['$']"
            problems.append(Problem("the record as it came is JSON, and always there", where, next_step=next_step))
        elif any(not before.path for before in found[:-1]):
            problems.append(Problem("two fields hold the record as it came", where, next_step="leave one of them out"))
    return found, problems


def time_problems(time: Name | None, fields: list[plan.ParsedField]) -> list[Problem]:
    """What is wrong with the field that is to be the event time."""
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
