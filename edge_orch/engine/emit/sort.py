"""`sort`: a record's fields are held; a function of its own takes them when it is their turn."""

from __future__ import annotations

import msgspec

from edge_orch.engine.emit.account import emit_account, less
from edge_orch.engine.emit.added import listed
from edge_orch.engine.emit.guard import Flow
from edge_orch.engine.emit.rows import rows_function, rows_kill
from edge_orch.engine.emit.timed import dated, refresh, watermark
from edge_orch.engine.generator import Generator
from edge_orch.engine.scope import Scope, Symbol
from edge_orch.engine.windows.moments import Moments
from edge_orch.engine.writer import FunctionWriter
from edge_orch.plan.steps import Sort

_LATE = repr("late: records after it have been passed on")


def emit_sort(generator: Generator, function: FunctionWriter, step: Sort, scope: Scope, flow: Flow) -> None:
    """One call a record, and the function for those that are passed on."""
    _emit_ordered(generator, step, scope, flow)
    timers = [generator.stateful[child.name] for child in generator.graph.timed(step.name)]
    moments = generator.stateful[step.name] = Moments(step.grace_us, timers, generator.room(step))
    name = generator.names.bind("moments", moments)
    late, body = function.counter(f"late{generator.number(step)}"), function.body
    with dated(generator, function, step, scope) as undated:
        fields = listed(scope, step.schema.names)
        with body.block(f"if not {name}.push({scope.time.code}, ({fields}), {watermark(step, scope)}):"):
            body.line(f"{late} += 1")
            if step.on_late == "dead_letter":
                body.line(scope.kill.format(step=repr(step.name), reason=_LATE, field="''"))
        if scope.clocks:
            with body.block(f"elif {name}.sooner:"):
                refresh(function, step, scope)
    fates = {"dead": f"{late} + {undated}"}
    if step.on_late == "drop":
        fates = {"dead": undated, "filtered": late, "late": late}
    folded = less(scope.passed, late, undated)
    emit_account(generator, function, step, entered=scope.passed, folded=folded, **fates)


def _emit_ordered(generator: Generator, step: Sort, scope: Scope, flow: Flow) -> None:
    """Write the function: a loop over records of one moment, and in it what happens to each."""
    function = generator.function(rows_function(generator, step), "ordered")
    columns = {
        name: Symbol(generator.names.fresh("f"), scope.columns[name].type, scope.columns[name].nullable)
        for name in step.schema.names
    }
    time = msgspec.structs.replace(columns[step.schema.time or ""], nullable=False)
    row = Scope(columns=columns, time=time, clocks=(), kill="", passed="len(ordered)", in_main=False, sourced=False)
    row = msgspec.structs.replace(row, kill=rows_kill(generator, step, row))
    function.body.line(f"# records in order, of sort {step.name!r}")
    with function.body.block(f"for {''.join(f'{symbol.code}, ' for symbol in columns.values())} in ordered:"):
        flow(generator, function, step, row)
