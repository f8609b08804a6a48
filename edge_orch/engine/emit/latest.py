"""`latest`: more fields, the latest values of some of the same key."""

from __future__ import annotations

import msgspec

from edge_orch.engine.emit.account import emit_account, less
from edge_orch.engine.emit.guard import Flow
from edge_orch.engine.emit.timed import dated
from edge_orch.engine.generator import Generator
from edge_orch.engine.latest import LatestValues
from edge_orch.engine.scope import Scope, Symbol
from edge_orch.engine.timers import MemoryTimer
from edge_orch.engine.writer import FunctionWriter
from edge_orch.plan.steps import Latest


def emit_latest(generator: Generator, function: FunctionWriter, step: Latest, scope: Scope, flow: Flow) -> None:
    """One call a record: its values for the latest."""
    latest = LatestValues(step.within_us, len(step.fields), generator.room(step))
    generator.stateful[step.name] = MemoryTimer(latest, max(1, step.within_us // 8))
    at = generator.names.bind("latest", latest.at)
    key = "".join(f"{scope.columns[name].code}, " for name in step.keys)
    values = "".join(f"{scope.columns[name].code}, " for _, name in step.fields)
    added = {
        name: Symbol(generator.names.fresh("f"), scope.columns[of].type, nullable=True) for name, of in step.fields
    }
    variables = "".join(f"{symbol.code}, " for symbol in added.values())
    with dated(generator, function, step, scope) as undated:
        function.body.line(f"{variables.rstrip()} = {at}(({key}), {scope.time.code}, ({values}))")
        passed = less(scope.passed, undated)
        below = msgspec.structs.replace(scope, columns=scope.columns | added, passed=passed, carrier=None)
        flow(generator, function, step, below)
    emit_account(generator, function, step, entered=scope.passed, passed=passed, dead=undated)
