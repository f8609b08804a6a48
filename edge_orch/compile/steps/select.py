"""Compiling `select`: the plan's Map, which assigns nothing."""

from __future__ import annotations

from edge_orch.compile.context import Compiled, StepContext
from edge_orch.compile.steps.map import compiled_kept
from edge_orch.errors import Invalid, Problem
from edge_orch.spec.steps.select import Select


def compile_select(spec: Select, context: StepContext) -> Compiled:
    """Only the named fields, in the order named."""
    fields = context.flow.fields(spec.fields)
    if not fields:
        raise Invalid(Problem("select needs at least one field", context.where))
    return compiled_kept(context, fields)
