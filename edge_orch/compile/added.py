"""Fields that a step adds to those that came."""

from __future__ import annotations

from collections.abc import Mapping

from edge_orch.compile.context import Compiled, StepContext
from edge_orch.compile.flow import Flow
from edge_orch.errors import Invalid, Problem
from edge_orch.plan import steps as plan
from edge_orch.plan.schema import Field, Schema
from edge_orch.spec.leaves import Name
from edge_orch.spec.reading import gathered
from edge_orch.spec.steps.lag import Lag
from edge_orch.spec.steps.latest import Latest


def refuse_known(flow: Flow, name: Name, another: str) -> None:
    """Raise `Invalid` if the field is there already; `another` is a name to take instead."""
    if name.value in {field.name for field in flow.schema.fields}:
        raise Invalid(
            Problem(
                f"`{name.value}` is a field already",
                name.where,
                next_step=f"name it {another}; a map after it can put it in the place of {name.value}",
            )
        )


def compile_repeated(
    spec: Lag | Latest, kind: type[plan.Lag | plan.Latest], context: StepContext, prefix: str
) -> Compiled:
    """The fields that came, then the new ones: of the types of those they repeat, and perhaps NULL."""
    context.need_event_time()
    flow = context.flow
    if not spec.fields:
        what = f"{kind.__name__.lower()} adds no field"
        raise Invalid(Problem(what, context.where, next_step=f"add fields: {{{prefix}_x: FIELD}}"))
    keys = tuple(field.name for field in flow.fields(spec.keys))
    new = _repeated(flow, spec.fields, prefix)
    below = widened(flow, [field for field, _ in new])
    fields = tuple((field.name, of) for field, of in new)
    return Compiled(kind(context.name, context.input, keys, fields, spec.within.value, below.schema), below)


def _repeated(flow: Flow, fields: Mapping[Name, Name], prefix: str) -> list[tuple[Field, str]]:
    """New fields, each with the one it repeats."""

    def one(pair: tuple[Name, Name]) -> tuple[Field, str]:
        name, of = pair
        refuse_known(flow, name, f"{prefix}_{of.value}")
        (field,) = flow.fields([of])
        return Field(name.value, field.type, json=field.json), field.name

    return gathered(fields.items(), one)


def widened(flow: Flow, new: list[Field]) -> Flow:
    """The fields that came, then the new ones."""
    schema = Schema((*flow.schema.fields, *new), flow.schema.time)
    return Flow(schema, flow.broken, flow.lost, flow.time_lost_at, time_nullable=flow.time_nullable)
