"""Compiling `explode`."""

from __future__ import annotations

import msgspec

from edge_orch.compile.context import Compiled, StepContext
from edge_orch.compile.fields import compile_field, field_type
from edge_orch.compile.json_paths import path_problems
from edge_orch.compile.steps.map import flow_with
from edge_orch.errors import Invalid, Problem
from edge_orch.plan import steps as plan
from edge_orch.plan.schema import Field, FieldType
from edge_orch.spec.leaves import Name, value_of
from edge_orch.spec.steps.explode import Explode

ELEMENT = ("$",)


def compile_explode(spec: Explode, context: StepContext) -> Compiled:
    """The parent's fields but the array, then which element it is, then the fields of the element."""
    problems: list[Problem] = []
    try:
        array = context.flow.fields([spec.field])[0]
        if array.type is not FieldType.STRING:
            next_step = "declare it as json in schematize"
            problems.append(
                Problem("not the text of an array", spec.field.where, "string", array.type.value, next_step)
            )
    except Invalid as error:
        problems.extend(error.problems)
    parents = tuple(field for field in context.flow.schema.fields if field.name != spec.field.value)
    place, wrong = _place(spec, context)
    problems.extend(wrong)
    taken = {field.name for field in parents} | (context.flow.broken - {spec.field.value})
    taken |= {field.name for field in place}
    fields: list[plan.ParsedField] = []
    for name, field_spec in spec.fields.items():
        try:
            field = compile_field(name, field_spec)
        except Invalid as error:
            problems.extend(error.problems)
            field = plan.ParsedField(name.value, field_type(field_spec), (name.value,))
        fields.append(msgspec.structs.replace(field, path=()) if field.path == ELEMENT or spec.separator else field)
        if spec.separator and (field.json or (field_spec.path and field.path != ELEMENT)):
            problems.append(
                Problem("a part of a text is a single value", name.where, next_step="leave out path and json")
            )
        if name.value in taken:
            next_step = "give it another name, with `path`, or drop or select before"
            problems.append(Problem(f"`{name.value}` is a field of the parent", name.where, "", "", next_step))
    problems.extend(_element_problems(list(spec.fields), fields, context))
    added = tuple(Field(field.name, field.type, field.present, field.json) for field in fields)
    flow = flow_with(context, (*parents, *place, *added), context.flow.broken - {spec.field.value})
    if problems or context.flow.lost or spec.field.value in context.flow.broken:
        return Compiled(None, flow, tuple(problems))
    step = plan.Explode(
        context.name,
        context.input,
        spec.field.value,
        tuple(fields),
        flow.schema,
        value_of(spec.separator),
        value_of(spec.key),
        value_of(spec.index),
        spec.nested.value,
    )
    return Compiled(step, flow)


def _place(spec: Explode, context: StepContext) -> tuple[tuple[Field, ...], list[Problem]]:
    """The fields that say which element it is, and what is wrong with them."""
    problems = []
    if spec.key and spec.separator:
        next_step = "leave out key; index counts the parts"
        problems.append(Problem("the parts of a text have no names", spec.key.where, next_step=next_step))
    if spec.nested.value and not spec.key:
        next_step = "add key, for a field that holds an object"
        problems.append(Problem("only members of an object are nested", spec.nested.where, next_step=next_step))
    places = [(spec.key, FieldType.STRING), (spec.index, FieldType.INT)]
    known = {field.name for field in context.flow.schema.fields if field.name != spec.field.value}
    fields = []
    for name, type_ in places:
        if name is None:
            continue
        if name.value in known:
            problems.append(Problem(f"`{name.value}` is a field already", name.where, next_step="give it another name"))
        known.add(name.value)
        fields.append(Field(name.value, type_, required=True))
    return tuple(fields), problems


def _element_problems(names: list[Name], fields: list[plan.ParsedField], context: StepContext) -> list[Problem]:
    if not fields:
        return [Problem("explode needs at least one field", context.where, next_step="add fields")]
    whole = [(name, field) for name, field in zip(names, fields, strict=True) if not field.path]
    if whole and len(fields) > 1:
        name, field = whole[0]
        taken = f"take the others of it in a map step: {name.value} ->> '$.key'" if field.json else ""
        what = "an element that is a value has no other fields"
        return [Problem(what, name.where, "one field of path: $", next_step=taken)]
    return path_problems(names, fields)
