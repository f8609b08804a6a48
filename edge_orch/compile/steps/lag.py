"""Compiling `lag`."""

from __future__ import annotations

from edge_orch.compile.context import Compiled, StepContext
from edge_orch.errors import Invalid, Problem
from edge_orch.plan import steps as plan
from edge_orch.plan.schema import Field, Schema
from edge_orch.spec.leaves import Name
from edge_orch.spec.reading import gathered
from edge_orch.spec.steps.lag import Lag


def compile_lag(spec: Lag, context: StepContext) -> Compiled:
    """The fields that came, then the new ones: of the types of those they repeat, and perhaps NULL."""
    context.need_event_time()
    flow = context.flow
    if not spec.fields:
        raise Invalid(Problem("lag adds no field", context.where, next_step="add fields: {prev: FIELD}"))
    keys = tuple(field.name for field in flow.fields(spec.keys))
    known = {field.name for field in flow.schema.fields}

    def added(pair: tuple[Name, Name]) -> tuple[Field, str]:
        name, of = pair
        if name.value in known:
            raise Invalid(
                Problem(f"`{name.value}` is a field already", name.where, next_step=f"name it prev_{of.value}")
            )
        (before,) = flow.fields([of])
        return Field(name.value, before.type, json=before.json), before.name

    new = gathered(spec.fields.items(), added)
    schema = Schema((*flow.schema.fields, *(field for field, _ in new)), flow.schema.time)
    fields = tuple((field.name, of) for field, of in new)
    step = plan.Lag(context.name, context.input, keys, fields, spec.within.value, schema)
    return Compiled(step, type(flow)(schema, flow.broken, flow.lost, flow.time_lost_at))
