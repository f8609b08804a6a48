"""Compiling `running`."""

from __future__ import annotations

from collections.abc import Mapping

import msgspec

from edge_orch.compile.added import refuse_known, widened
from edge_orch.compile.context import Compiled, StepContext
from edge_orch.compile.opposites import refuse_opposites
from edge_orch.errors import Invalid, Problem
from edge_orch.expr.aggregates import parse_aggregation
from edge_orch.expr.conversion import NUMBERS, converted, is_required
from edge_orch.expr.expression import parse_condition, parse_expression
from edge_orch.expr.scope import Scope
from edge_orch.plan import steps as plan
from edge_orch.plan.expression import Expression
from edge_orch.plan.schema import Field, FieldType
from edge_orch.plan.steps import Aggregation
from edge_orch.spec.leaves import Name, Sql
from edge_orch.spec.reading import gathered
from edge_orch.spec.steps.running import Carried, Running

_MADE_OF_ALL = {"array_agg", "string_agg", "array_agg_distinct", "string_agg_distinct", "sum_distinct", "avg_distinct"}


def compile_running(spec: Running, context: StepContext) -> Compiled:
    """The fields that came, then what is computed, in the order written."""
    context.need_event_time()
    flow = context.flow
    if not spec.compute and not spec.state:
        next_step = "add compute: {total: sum(x)}, or state: {level: {init: 0, next: level + x}}"
        raise Invalid(Problem("running computes nothing", context.where, next_step=next_step))
    keys = tuple(field.name for field in flow.fields(spec.keys))

    def condition(sql: Sql | None) -> Expression | None:
        return None if sql is None else parse_condition(sql, context.scope, deciding=True)

    def computed(pair: tuple[Name, Sql]) -> tuple[Aggregation, Field]:
        name, sql = pair
        refuse_known(flow, name, f"running_{name.value}")
        aggregation, field = parse_aggregation(name.value, sql, context.scope)
        if _is_made_of_all(aggregation):
            next_step = "write a moving step for the last ones, or an aggregate"
            plain = aggregation.function.removesuffix("_distinct")
            shown = plain if plain == aggregation.function else f"{plain}(DISTINCT …)"
            what = f"`{shown}` would grow with every record"
            raise Invalid(Problem(what, sql.where, "an aggregate that stays small", next_step=next_step))
        return aggregation, field

    made = gathered(spec.compute.items(), computed)
    begin, end = gathered([spec.begin, spec.end], condition)
    refuse_opposites(begin, end, spec.begin)
    state = _carried(spec, context)
    compute = tuple(aggregation for aggregation, _ in made)
    step = plan.Running(context.name, context.input, keys, compute, begin, end, flow.schema, state or msgspec.UNSET)
    fields = [field for _, field in made]
    if step.has_gaps:
        fields = [
            Field(field.name, field.type, aggregation.function == "count", field.json) for aggregation, field in made
        ]
    fields += [Field(each.name, each.init.type, is_required(each.init) and not step.has_gaps) for each in state]
    below = widened(flow, fields)
    return Compiled(msgspec.structs.replace(step, schema=below.schema), below)


def _carried(spec: Running, context: StepContext) -> tuple[plan.Carried, ...]:
    """The values that are made of what they were, in the order written. Raises `Invalid` with all problems."""

    def first(pair: tuple[Name, Carried]) -> tuple[str, Expression]:
        name, value = pair
        refuse_known(context.flow, name, f"running_{name.value}")
        if name.value in computed:
            raise Invalid(Problem(f"`{name.value}` is computed already", name.where, next_step="choose another name"))
        return name.value, parse_expression(value.init, scope)

    computed = {name.value for name in spec.compute}
    scope = msgspec.structs.replace(context.scope, beside=frozenset(name.value for name in spec.state))
    before = dict(gathered(spec.state.items(), first))
    while True:
        nexts = _nexts(spec, context.scope, before)
        # A value that begins as a whole number and becomes one with a fraction has one from the beginning.
        types = _types(spec, before, nexts)
        if all(types[name] is was.type for name, was in before.items()):
            return tuple(plan.Carried(name, was, converted(nexts[name], was.type)) for name, was in before.items())
        before = {name: converted(was, types[name]) for name, was in before.items()}


def _nexts(spec: Running, scope: Scope, before: Mapping[str, Expression]) -> dict[str, Expression]:
    """What each value becomes, where its name and those of the others stand for what they were."""
    fields = {name: Field(name, value.type, is_required(value)) for name, value in before.items()}
    scope = msgspec.structs.replace(scope, fields={**scope.fields, **fields})
    return dict(gathered(spec.state.items(), lambda pair: (pair[0].value, parse_expression(pair[1].next, scope))))


def _types(spec: Running, before: Mapping[str, Expression], nexts: Mapping[str, Expression]) -> dict[str, FieldType]:
    """The type of each value, which it has before and after."""

    def one(pair: tuple[Name, Carried]) -> tuple[str, FieldType]:
        name, was, becomes = pair[0].value, before[pair[0].value].type, nexts[pair[0].value].type
        if was is becomes or {was, becomes} == NUMBERS:
            return name, was if was is becomes else FieldType.FLOAT
        what = f"`{name}` would change its type"
        next_step = "let init and next be of one type"
        raise Invalid(Problem(what, pair[1].next.where, was.value, becomes.value, next_step))

    return dict(gathered(spec.state.items(), one))


def _is_made_of_all(aggregation: Aggregation) -> bool:
    """Whether its value is made of all values, again for every record."""
    return aggregation.function in _MADE_OF_ALL
