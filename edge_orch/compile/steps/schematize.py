"""Compiling `schematize`."""

from __future__ import annotations

from edge_orch.compile.context import Compiled, StepContext
from edge_orch.compile.fields import compile_field
from edge_orch.compile.flow import Flow
from edge_orch.compile.regex import compiled_regex
from edge_orch.errors import Invalid, Problem
from edge_orch.plan import steps as plan
from edge_orch.plan.schema import Field, FieldType, Schema
from edge_orch.spec.leaves import Name, value_of
from edge_orch.spec.steps.schematize import Csv, Json, Regex, Schematize
from edge_orch.spec.words import did_you_mean, names


def compile_schematize(spec: Schematize, context: StepContext) -> Compiled:
    """Records of the declared fields, in the order declared."""
    problems: list[Problem] = []
    format_: plan.Format | None = None
    columns: tuple[str, ...] | None = None
    try:
        format_, columns = _format(spec.format)
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
            field = plan.ParsedField(name.value, FieldType(field_spec.type.value), (name.value,))
        fields.append(field)
        if columns is not None and (len(field.path) != 1 or field.path[0] not in columns):
            problems.append(_no_column(name, field, columns, spec.format_key.text))
    problems.extend(_time_problems(spec.time, fields))
    schema = Schema(tuple(Field(field.name, field.type, field.required) for field in fields), value_of(spec.time))
    flow = Flow(schema)
    if problems or format_ is None:
        return Compiled(None, flow, tuple(problems))
    return Compiled(plan.Schematize(context.name, context.input, format_, tuple(fields), schema), flow)


def _format(spec: Json | Csv | Regex) -> tuple[plan.Format, tuple[str, ...] | None]:
    """The plan's format, and the names that a field's path may have (None: any)."""
    if isinstance(spec, Json):
        return plan.JsonFormat(), None
    if isinstance(spec, Regex):
        return plan.RegexFormat(spec.pattern.value), tuple(compiled_regex(spec.pattern).groupindex)
    columns = tuple(column.value for column in spec.columns)
    repeated = [column for index, column in enumerate(spec.columns) if column.value in columns[:index]]
    if repeated:
        raise Invalid(*(Problem(f"column `{column.value}` stands here twice", column.where) for column in repeated))
    return plan.CsvFormat(columns, spec.delimiter.value, spec.header.value), columns


def _no_column(name: Name, field: plan.ParsedField, columns: tuple[str, ...], kind: str) -> Problem:
    path = ".".join(field.path)
    what = "no column" if kind == "csv" else "no named group"
    next_step = did_you_mean(path, columns, f"write (?P<{path}>…) in the expression" if kind == "regex" else "")
    return Problem(
        f"{what} `{path}` for the field `{name.value}`", name.where, f"one of: {names(columns)}", "", next_step
    )


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
