"""Compiling `map` and `enrich`."""

from __future__ import annotations

from msgspec.structs import replace

from edge_orch.compile.context import Compiled, StepContext
from edge_orch.compile.flow import Flow
from edge_orch.errors import Invalid, Problem
from edge_orch.expr.conversion import is_required
from edge_orch.expr.expression import parse_expression
from edge_orch.plan import steps as plan
from edge_orch.plan.expression import is_json
from edge_orch.plan.schema import Field, FieldType, Schema
from edge_orch.spec.steps.map import Map


def compile_map(spec: Map, context: StepContext) -> Compiled:
    """Replaced fields keep their place, new ones follow. A field whose expression is wrong exists, but is broken."""
    fields = {field.name: field for field in context.flow.schema.fields}
    assignments: list[plan.Assignment] = []
    problems: list[Problem] = []
    if not spec.assignments:
        problems.append(Problem(f"{context.kind} adds nothing", context.where, next_step="add field: expression"))
    broken = set(context.flow.broken)
    scope = replace(context.scope, beside=frozenset(name.value for name in spec.assignments))
    for name, sql in spec.assignments.items():
        try:
            value = parse_expression(sql, scope)
        except Invalid as error:
            problems.extend(error.problems)
            broken.add(name.value)
            continue
        broken.discard(name.value)
        assignments.append(plan.Assignment(name.value, value))
        fields[name.value] = Field(name.value, value.type, is_required(value), is_json(value))
    flow = flow_with(context, tuple(field for field in fields.values() if field.name not in broken), frozenset(broken))
    if problems:
        return Compiled(None, flow, tuple(problems))
    return Compiled(plan.Map(context.name, context.input, tuple(assignments), flow.schema), flow)


def compiled_kept(context: StepContext, fields: tuple[Field, ...]) -> Compiled:
    """A map that assigns nothing and passes on these fields."""
    flow = flow_with(context, fields, context.flow.broken)
    return Compiled(plan.Map(context.name, context.input, (), flow.schema), flow)


def flow_with(context: StepContext, fields: tuple[Field, ...], broken: frozenset[str]) -> Flow:
    """What flows out with these fields: the event time stays as long as its field is a required timestamp."""
    before = context.flow
    time = before.schema.time
    kept = time in broken or any(
        field.name == time and field.type is FieldType.TIMESTAMP and field.required for field in fields
    )
    lost_at = before.time_lost_at or (context.name if time and not kept else None)
    nullable = any(field.name == time and field.type is FieldType.TIMESTAMP and not field.required for field in fields)
    return Flow(
        Schema(fields, time if kept else None),
        broken,
        before.lost,
        lost_at,
        time_nullable=time if nullable and not kept else before.time_nullable,
    )
