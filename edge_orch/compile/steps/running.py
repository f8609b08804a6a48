"""Compiling `running`."""

from __future__ import annotations

import msgspec

from edge_orch.compile.added import refuse_known, widened
from edge_orch.compile.context import Compiled, StepContext
from edge_orch.errors import Invalid, Problem
from edge_orch.expr.aggregates import parse_aggregation
from edge_orch.expr.expression import parse_condition
from edge_orch.plan import steps as plan
from edge_orch.plan.expression import Expression
from edge_orch.plan.schema import Field
from edge_orch.plan.steps import Aggregation
from edge_orch.spec.leaves import Name, Sql
from edge_orch.spec.reading import gathered
from edge_orch.spec.steps.running import Running


def compile_running(spec: Running, context: StepContext) -> Compiled:
    """The fields that came, then what is computed, in the order written."""
    context.need_event_time()
    flow = context.flow
    if not spec.compute:
        raise Invalid(Problem("compute is empty", context.where, next_step="add {total: sum(x)}"))
    keys = tuple(field.name for field in flow.fields(spec.keys))

    def condition(sql: Sql | None) -> Expression | None:
        return None if sql is None else parse_condition(sql, context.scope, deciding=True)

    def computed(pair: tuple[Name, Sql]) -> tuple[Aggregation, Field]:
        name, sql = pair
        refuse_known(flow, name, f"running_{name.value}")
        aggregation, field = parse_aggregation(name.value, sql, context.scope)
        if _is_made_of_all(aggregation):
            next_step = "write a moving step for the last ones, or an aggregate"
            what = f"`{aggregation.function}` would grow with every record"
            raise Invalid(Problem(what, sql.where, "an aggregate that stays small", next_step=next_step))
        return aggregation, field

    made = gathered(spec.compute.items(), computed)
    begin, end = gathered([spec.begin, spec.end], condition)
    compute = tuple(aggregation for aggregation, _ in made)
    step = plan.Running(context.name, context.input, keys, compute, begin, end, flow.schema)
    fields = [field for _, field in made]
    if step.has_gaps:
        fields = [
            Field(field.name, field.type, aggregation.function == "count", field.json) for aggregation, field in made
        ]
    below = widened(flow, fields)
    return Compiled(msgspec.structs.replace(step, schema=below.schema), below)


def _is_made_of_all(aggregation: Aggregation) -> bool:
    """Whether its value is made of all values, again for every record."""
    return aggregation.function in {"array_agg", "string_agg"}
