"""Compiling `moving`."""

from __future__ import annotations

from edge_orch.compile.added import refuse_known, widened
from edge_orch.compile.context import Compiled, StepContext
from edge_orch.errors import Invalid, Problem
from edge_orch.expr.aggregates import parse_aggregation
from edge_orch.plan import steps as plan
from edge_orch.plan.schema import Field
from edge_orch.plan.steps import Aggregation
from edge_orch.spec.leaves import Name, Sql
from edge_orch.spec.reading import gathered
from edge_orch.spec.steps.moving import Moving


def compile_moving(spec: Moving, context: StepContext) -> Compiled:
    """The fields that came, then what is computed, in the order written."""
    context.need_event_time()
    flow = context.flow
    if not spec.compute:
        raise Invalid(Problem("compute is empty", context.where, next_step="add {avg_x: avg(x)}"))
    keys = tuple(field.name for field in flow.fields(spec.keys))

    def computed(pair: tuple[Name, Sql]) -> tuple[Aggregation, Field]:
        name, sql = pair
        refuse_known(flow, name, f"moving_{name.value}")
        aggregation, field = parse_aggregation(name.value, sql, context.scope)
        if aggregation.function == "swinging_door":
            what = "`swinging_door` follows all records, not the last ones"
            raise Invalid(Problem(what, sql.where, next_step="write a running step"))
        return aggregation, field

    made = gathered(spec.compute.items(), computed)
    below = widened(flow, [field for _, field in made])
    compute = tuple(aggregation for aggregation, _ in made)
    step = plan.Moving(context.name, context.input, keys, compute, spec.last.value, spec.within.value, below.schema)
    return Compiled(step, below)
