"""`running`: more fields, aggregates of all records of the same key so far."""

from __future__ import annotations

from edge_orch.engine.emit.added import emit_added, listed
from edge_orch.engine.emit.guard import Flow
from edge_orch.engine.emit.lanes import plan_lanes
from edge_orch.engine.emit.rows import may_be_null
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
    taken = "".join(f"{lane.taken}, " for lane in lanes)
    setup = [line for lane in lanes for line in lane.setup]
    for word, condition in (("begins", step.begin), ("ends", step.end)):
        setup.append(f"{word}{number} = {expressions.true(condition) if condition is not None else False}")

    def symbol(made: Aggregation) -> Symbol:
        nullable = may_be_null(made, scope) or (step.has_gaps and made.function != "count")
        return Symbol(generator.names.fresh("f"), made.type, nullable)

    added = {made.name: symbol(made) for made in step.compute}
    call = f"{over}(({listed(scope, step.keys)}), ({taken}), begins{number}, ends{number})"
    may_overflow = expressions.may_overflow
    emit_added(generator, function, step, scope, flow, added=added, call=call, setup=setup, may_overflow=may_overflow)
