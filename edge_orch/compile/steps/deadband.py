"""Compiling `deadband`."""

from __future__ import annotations

from edge_orch.compile.context import Compiled, StepContext
from edge_orch.errors import Invalid, Problem
from edge_orch.plan import steps as plan
from edge_orch.plan.schema import FieldType
from edge_orch.spec.leaves import Name
from edge_orch.spec.reading import gathered
from edge_orch.spec.steps.deadband import Band, Deadband


def compile_deadband(spec: Deadband, context: StepContext) -> Compiled:
    """The records that pass are as they came."""
    flow = context.flow

    def watched(pair: tuple[Name, Band]) -> tuple[str, float]:
        name, band = pair
        (field,) = flow.fields([name])
        if name.value in {key.value for key in spec.keys}:
            what = f"`{name.value}` is a key: within its series it never changes"
            raise Invalid(Problem(what, name.where, next_step="leave it out of `keys` or of `fields`"))
        if band.value and field.type not in {FieldType.INT, FieldType.FLOAT}:
            what = f"`{name.value}` is no number: of it, any change counts"
            raise Invalid(Problem(what, band.where, "0", band.node.text))
        low, high = flow.bounds.get(name.value, (None, None))
        if low is not None and high is not None and band.value >= high - low > 0:
            what = f"`{name.value}` never moves by more than {high - low:g}"
            next_step = "mend the band, or the min and max that the field declares"
            raise Invalid(Problem(what, band.where, f"less than {high - low:g}", band.node.text, next_step))
        return field.name, band.value

    try:
        context.need_event_time()
        keys = tuple(field.name for field in flow.fields(spec.keys))
        if not spec.fields:
            what = "deadband watches no field"
            raise Invalid(Problem(what, context.where, next_step="add fields: {FIELD: by how much it may move}"))
        fields = tuple(gathered(spec.fields.items(), watched))
    except Invalid as error:
        return Compiled(None, flow, error.problems)
    percent = tuple(name.value for name, band in spec.fields.items() if band.percent)
    every_us = spec.every.value
    return Compiled(plan.Deadband(context.name, context.input, keys, fields, every_us, flow.schema, percent), flow)
