"""`moving`: more fields, aggregates of the last records of the same key."""

from __future__ import annotations

import msgspec

from edge_orch.engine.emit.account import emit_account, less
from edge_orch.engine.emit.guard import Flow, guarded
from edge_orch.engine.emit.lanes import plan_lanes
from edge_orch.engine.emit.rows import may_be_null
from edge_orch.engine.emit.timed import dated
from edge_orch.engine.generator import Generator
from edge_orch.engine.moving import LastRecords
from edge_orch.engine.scope import Scope, Symbol
from edge_orch.engine.timers import MemoryTimer
from edge_orch.engine.writer import FunctionWriter
from edge_orch.plan.steps import Moving


def emit_moving(generator: Generator, function: FunctionWriter, step: Moving, scope: Scope, flow: Flow) -> None:
    """One call a record, with what each lane takes of it."""
    expressions = generator.expressions(function, scope)
    lanes, layout = plan_lanes(generator, expressions, step.compute, scope)
    records = LastRecords(step.last, step.within_us, layout, generator.room(step))
    generator.stateful[step.name] = MemoryTimer(records, max(1, step.within_us // 8))
    over = generator.names.bind("over", records.over)
    key = "".join(f"{scope.columns[name].code}, " for name in step.keys)
    taken = "".join(f"{lane.taken}, " for lane in lanes)
    added = {
        made.name: Symbol(generator.names.fresh("f"), made.type, may_be_null(made, scope)) for made in step.compute
    }
    variables = "".join(f"{symbol.code}, " for symbol in added.values())
    setup = [line for lane in lanes for line in lane.setup]
    with (
        dated(generator, function, step, scope) as undated,
        guarded(generator, function, step, scope, setup, may_overflow=expressions.may_overflow) as dead,
    ):
        function.body.line(f"{variables.rstrip()} = {over}(({key}), {scope.time.code}, ({taken}))")
        passed = less(scope.passed, undated, dead)
        below = msgspec.structs.replace(scope, columns=scope.columns | added, passed=passed, carrier=None)
        flow(generator, function, step, below)
    emit_account(generator, function, step, entered=scope.passed, passed=passed, dead=f"{undated} + {dead}")
