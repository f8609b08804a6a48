"""Several branches as one: the fields of all."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from edge_orch.compile.bounds import bounds_together
from edge_orch.compile.flow import LOST, Flow
from edge_orch.compile.homes import homes_together
from edge_orch.errors import Invalid, Problem
from edge_orch.expr.conversion import NUMBERS
from edge_orch.plan import steps as plan
from edge_orch.plan.schema import Field, FieldType, Schema
from edge_orch.spec.leaves import StepInput


def compile_union(inputs: Sequence[StepInput], flows: Mapping[str, Flow]) -> tuple[plan.Union, Flow]:
    """The fields of the first, then what the others add: of one type each, or int and float, which are float then.

    A field may be NULL that is not in all, or may be NULL in one. Where the event times of the branches are not one
    field, the records have none. Raises `Invalid` for fields that are of two types.
    """
    came = [(name, flows.get(name.value, LOST)) for name in inputs]
    broken = frozenset().union(*(flow.broken for _, flow in came))
    lost = any(flow.lost for _, flow in came)
    problems: list[Problem] = []
    fields: dict[str, Field] = {}
    first: dict[str, StepInput] = {}
    for name, flow in came:
        for field in flow.schema.fields:
            known = fields.get(field.name, field)
            wide = {known.type, field.type} == NUMBERS
            if not wide and (known.type, known.json) != (field.type, field.json):
                problems.append(_two_types(field, known, name, first[field.name]))
            type_ = FieldType.FLOAT if wide else known.type
            fields[field.name] = Field(field.name, type_, known.required and field.required, known.json)
            first.setdefault(field.name, name)
    everywhere = set.intersection(*({field.name for field in flow.schema.fields} for _, flow in came))
    together = tuple(
        field if field.name in everywhere else Field(field.name, field.type, False, field.json)
        for field in fields.values()
        if field.name not in broken
    )
    without = next((flow for _, flow in came if flow.time_lost_at), came[0][1])
    time_lost_at = without.time_lost_at
    if problems:
        raise Invalid(*problems)
    names = tuple(name.value for name in inputs)
    times = {flow.schema.time for _, flow in came}
    if len(times) > 1 and not lost:
        time_lost_at = time_lost_at or plan.joined(names)
    gone = {name: step for _, flow in came for name, step in flow.gone.items() if name not in fields}
    schema = Schema(together, None if time_lost_at else came[0][1].schema.time)
    bounds = bounds_together([(flow.schema.names, flow.bounds) for _, flow in came])
    rows_of = came[0][1].rows_of if all(flow.rows_of for _, flow in came) else None
    homes = homes_together([(flow.schema.names, flow.homes) for _, flow in came])
    flow = Flow(schema, broken, lost, time_lost_at, gone, bounds, without.time_nullable, rows_of, homes)
    return plan.Union(plan.joined(names), names, schema), flow


def _two_types(field: Field, known: Field, name: StepInput, first: StepInput) -> Problem:
    what = f"`{field.name}` is of another type in `{first.value}`"
    next_step = "in one of the branches, map it to the other's type, or drop it and map it to another name"
    return Problem(what, name.where, _type(known), _type(field), next_step)


def _type(field: Field) -> str:
    return "json" if field.json else field.type.value
