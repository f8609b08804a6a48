"""`moving`: more fields, aggregates of the last records of the same key."""

from __future__ import annotations

from edge_orch.engine.accumulators.rolling import rolling
from edge_orch.engine.emit.added import emit_added, listed, sweep_us
from edge_orch.engine.emit.guard import Flow
from edge_orch.engine.emit.lanes import plan_lanes
from edge_orch.engine.emit.rows import may_be_null
from edge_orch.engine.generator import Generator
from edge_orch.engine.moving import Column, LastRecords
from edge_orch.engine.scope import Scope, Symbol
from edge_orch.engine.timers import MemoryTimer
from edge_orch.engine.writer import FunctionWriter
from edge_orch.plan.steps import Moving

ROLLING = 64
"""Up to here a pass over the last records costs less than keeping up with them."""


def emit_moving(generator: Generator, function: FunctionWriter, step: Moving, scope: Scope, flow: Flow) -> None:
    """One call a record, with what each lane takes of it."""
    expressions = generator.expressions(function, scope)
    lanes, layout = plan_lanes(generator, expressions, step.compute, scope)
    wholes = zip(layout.wholes, step.compute, strict=True)
    columns = [Column(lane, whole, rolling(made) if step.last >= ROLLING else None) for (whole, lane), made in wholes]
    records = LastRecords(step.last, step.within_us, len(lanes), columns, generator.room(step))
    generator.stateful[step.name] = MemoryTimer(records, sweep_us(step))
    over = generator.names.bind("over", records.over)
    taken = "".join(f"{lane.taken}, " for lane in lanes)
    added = {
        made.name: Symbol(generator.names.fresh("f"), made.type, may_be_null(made, scope)) for made in step.compute
    }
    call = f"{over}(({listed(scope, step.keys)}), {scope.time.code}, ({taken}))"
    setup = [line for lane in lanes for line in lane.setup]
    may_overflow = expressions.may_overflow
    emit_added(generator, function, step, scope, flow, added=added, call=call, setup=setup, may_overflow=may_overflow)
