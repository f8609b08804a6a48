"""Compiling `drop`: the plan's Map, which assigns nothing."""

from __future__ import annotations

from msgspec.structs import replace

from edge_orch.compile.context import Compiled, StepContext
from edge_orch.compile.steps.map import compiled_kept
from edge_orch.errors import Invalid, Problem
from edge_orch.spec.steps.drop import Drop


def compile_drop(spec: Drop, context: StepContext) -> Compiled:
    """All but the named fields."""
    if not spec.fields:
        raise Invalid(Problem("drop needs at least one field", context.where))
    try:
        dropped = {field.name for field in context.flow.fields(spec.fields)}
    except Invalid as error:
        next_step = "what nobody declared leaves by merge_into only: declare it where the record is read, then drop it"
        raise Invalid(*(p if p.next_step else replace(p, next_step=next_step) for p in error.problems)) from None
    fields = tuple(field for field in context.flow.schema.fields if field.name not in dropped)
    if not fields:
        raise Invalid(Problem("drop leaves no field", context.where))
    return compiled_kept(context, fields)
