"""`running`: more fields, aggregates of all records of the same key so far."""

from __future__ import annotations

import msgspec

from edge_orch.engine.emit.account import emit_account, less
from edge_orch.engine.emit.guard import Flow, guarded
from edge_orch.engine.emit.lanes import plan_lanes
from edge_orch.engine.emit.rows import may_be_null
from edge_orch.engine.emit.timed import dated
from edge_orch.engine.generator import Generator
from edge_orch.engine.running import Totals
from edge_orch.engine.scope import Scope, Symbol
from edge_orch.engine.timers import MemoryTimer
from edge_orch.engine.writer import FunctionWriter
from edge_orch.plan.steps import Aggregation, Running
from edge_orch.time import DAY


def emit_running(generator: Generator, function: FunctionWriter, step: Running, scope: Scope, flow: Flow) -> None:
    """One call a record, with what each lane takes of it."""
    number = generator.number(step)
    expressions = generator.expressions(function, scope)
    lanes, layout = plan_lanes(generator, expressions, step.compute, scope)
    totals = Totals(layout, generator.room(step), has_gaps=step.has_gaps)
    generator.stateful[step.name] = MemoryTimer(totals, DAY)
    over = generator.names.bind("over", totals.over)
    key = "".join(f"{scope.columns[name].code}, " for name in step.keys)
    taken = "".join(f"{lane.taken}, " for lane in lanes)
    setup = [line for lane in lanes for line in lane.setup]
    for word, condition in (("begins", step.begin), ("ends", step.end)):
        setup.append(f"{word}{number} = {expressions.true(condition) if condition is not None else False}")

    def symbol(made: Aggregation) -> Symbol:
        nullable = may_be_null(made, scope) or (step.has_gaps and made.function != "count")
        return Symbol(generator.names.fresh("f"), made.type, nullable)

    added = {made.name: symbol(made) for made in step.compute}
    variables = "".join(f"{symbol.code}, " for symbol in added.values())
    with (
        dated(generator, function, step, scope) as undated,
        guarded(generator, function, step, scope, setup, may_overflow=expressions.may_overflow) as dead,
    ):
        function.body.line(f"{variables.rstrip()} = {over}(({key}), ({taken}), begins{number}, ends{number})")
        passed = less(scope.passed, undated, dead)
        below = msgspec.structs.replace(scope, columns=scope.columns | added, passed=passed, carrier=None)
        flow(generator, function, step, below)
    emit_account(generator, function, step, entered=scope.passed, passed=passed, dead=f"{undated} + {dead}")
