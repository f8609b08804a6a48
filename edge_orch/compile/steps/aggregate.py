"""Compiling `aggregate`."""

from __future__ import annotations

from msgspec import UNSET

from edge_orch.compile.context import Compiled, StepContext
from edge_orch.compile.flow import Flow
from edge_orch.compile.windows import compile_window, dated_by
from edge_orch.errors import Invalid, Problem
from edge_orch.expr.aggregates import parse_aggregation
from edge_orch.plan import steps as plan
from edge_orch.plan.schema import Field, FieldType, Schema
from edge_orch.plan.steps import Aggregation
from edge_orch.plan.windows import TumblingWindow, Window
from edge_orch.spec.leaves import Name, Sql
from edge_orch.spec.steps.aggregate import Aggregate

WINDOW_FIELDS = (
    Field("window_start", FieldType.TIMESTAMP, True),
    Field("window_end", FieldType.TIMESTAMP, True),
    Field("revision", FieldType.INT, True),
)


def compile_aggregate(spec: Aggregate, context: StepContext) -> Compiled:
    """Rows of the window's fields, the keys, then what is computed, in the order written."""
    problems: list[Problem] = []
    keys: tuple[Field, ...] = ()
    broken: set[str] = set()
    try:
        context.need_event_time()
    except Invalid as error:
        problems.extend(error.problems)
    failed = False
    window: Window = TumblingWindow(1)
    try:
        window = compile_window(spec, context.scope)
    except Invalid as error:
        problems.extend(error.problems)
    try:
        keys = context.flow.fields(spec.by)
    except Invalid as error:
        failed = True
        problems.extend(error.problems)
        broken.update(name.value for name in spec.by)
    taken = {field.name: "a field of every window row" for field in WINDOW_FIELDS}
    problems.extend(_clash(name, taken) for name in spec.by if name.value in taken)
    taken |= {name.value: "a key in `by`" for name in spec.by}
    compute = []
    fields = []
    for name, sql in spec.compute.items():
        if name.value in taken:
            problems.append(_clash(name, taken))
        try:
            aggregation, field = _aggregation(name, sql, context)
        except Invalid as error:
            failed = True
            problems.extend(error.problems)
            broken.add(name.value)
            continue
        compute.append(aggregation)
        if spec.empty is not None:
            field = Field(field.name, field.type, aggregation.function == "count", field.json)
        fields.append(field)
    if not spec.compute:
        problems.append(Problem("compute is empty", context.where, next_step="add {n: count(*)}"))
    flow = Flow(Schema((*WINDOW_FIELDS, *keys, *fields), dated_by(window, spec)), frozenset(broken))
    if failed or problems:
        return Compiled(None, flow, tuple(problems))
    step = plan.Aggregate(
        name=context.name,
        input=context.input,
        window=window,
        by=tuple(field.name for field in keys),
        compute=tuple(compute),
        schema=flow.schema,
        grace_us=spec.grace.value,
        idle_us=spec.idle.value,
        on_late=spec.on_late.value,
        empty_us=UNSET if spec.empty is None else spec.empty.value,
        early_us=UNSET if spec.early is None else spec.early.value,
    )
    return Compiled(step, flow)


def _aggregation(name: Name, sql: Sql, context: StepContext) -> tuple[Aggregation, Field]:
    made, field = parse_aggregation(name.value, sql, context.scope)
    if made.function in {"ewma", "swinging_door"}:
        what = f"`{made.function}` follows records as they come, which a window does not keep"
        next_step = "write a running step before it, and last(x) here"
        raise Invalid(Problem(what, sql.where, next_step=next_step))
    return made, field


def _clash(name: Name, taken: dict[str, str]) -> Problem:
    return Problem(f"`{name.value}` is already {taken[name.value]}", name.where, next_step="choose another name")
