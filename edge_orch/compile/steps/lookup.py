"""Compiling `lookup`."""

from __future__ import annotations

import posixpath

import msgspec

from edge_orch.compile.context import Compiled, StepContext
from edge_orch.compile.flow import Flow
from edge_orch.compile.table import Column, Table, read_table
from edge_orch.errors import Invalid, Problem
from edge_orch.plan import steps as plan
from edge_orch.plan.schema import Field, FieldType, Schema
from edge_orch.spec.leaves import Text
from edge_orch.spec.steps.lookup import Lookup

_KEY_TYPES = {FieldType.BOOL, FieldType.INT, FieldType.STRING}


def compile_lookup(spec: Lookup, context: StepContext) -> Compiled:
    """The record's fields, then those of the table, which may be NULL."""
    problems: list[Problem] = []
    before = context.flow
    added = tuple(Field(name.value, FieldType(field.type.value)) for name, field in spec.fields.items())
    schema = Schema((*before.schema.fields, *added), before.schema.time)
    flow = Flow(schema, before.broken, before.lost, before.time_lost_at, time_nullable=before.time_nullable)
    if not spec.fields or not spec.keys.columns:
        what = "lookup needs at least one field to add, and one to look it up by"
        problems.append(Problem(what, context.where, next_step="add keys: and fields:"))
    taken = set(before.schema.names) | before.broken
    problems.extend(
        Problem(f"`{name.value}` is a field already", name.where, next_step="add it by another name, with `column`")
        for name in spec.fields
        if name.value in taken
    )
    keys: tuple[Field, ...] = ()
    try:
        keys = before.fields(tuple(spec.keys.columns))
    except Invalid as error:
        return Compiled(None, flow, (*problems, *error.problems))
    for field, name in zip(keys, spec.keys.columns, strict=True):
        if field.type not in _KEY_TYPES:
            expected = "bool, int or string"
            next_step = "CAST it in a map before"
            problems.append(Problem(f"`{field.name}` is no key", name.where, expected, field.type.value, next_step))
    if problems:
        return Compiled(None, flow, tuple(problems))
    by: list[Column] = [(column, field.type) for column, field in zip(spec.keys.columns.values(), keys, strict=True)]
    values: list[Column] = [
        (field.column or Text(name.value, name.node), FieldType(field.type.value))
        for name, field in spec.fields.items()
    ]
    try:
        rows = read_table(_table(spec, context), by, values)
    except Invalid as error:
        return Compiled(None, flow, error.problems)
    names = tuple(field.name for field in keys)
    step = plan.Lookup(context.name, context.input, names, tuple(field.name for field in added), rows, flow.schema)
    return Compiled(step, flow)


def _table(spec: Lookup, context: StepContext) -> Table:
    if spec.file is None and spec.csv is not None:
        return Table(spec.csv.value, spec.csv.where, node=spec.csv.node)
    if spec.file is None or spec.csv is not None:
        raise Invalid(Problem("lookup needs one table", context.where, "file: or csv:", "both" if spec.csv else "none"))
    try:
        text = context.assets(spec.file.value)
    except Invalid as error:
        raise Invalid(*(msgspec.structs.replace(p, where=spec.file.where) for p in error.problems)) from None
    beside = posixpath.dirname(context.where.file)
    return Table(text, spec.file.where, posixpath.join(beside, spec.file.value))
