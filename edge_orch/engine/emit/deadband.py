"""`deadband`: records in which something moved pass."""

from __future__ import annotations

import msgspec

from edge_orch.engine.deadband import Reported
from edge_orch.engine.emit.account import emit_account, less
from edge_orch.engine.emit.guard import Flow
from edge_orch.engine.emit.timed import dated
from edge_orch.engine.generator import Generator
from edge_orch.engine.scope import Scope
from edge_orch.engine.timers import MemoryTimer
from edge_orch.engine.writer import FunctionWriter
from edge_orch.plan.steps import Deadband


def emit_deadband(generator: Generator, function: FunctionWriter, step: Deadband, scope: Scope, flow: Flow) -> None:
    """Ask what was reported last; it is forgotten with the clock."""
    reported = Reported(step.every_us, tuple(band for _, band in step.fields), generator.room(step))
    generator.stateful[step.name] = MemoryTimer(reported, max(1, step.every_us // 8))
    moves = generator.names.bind("moves", reported.moves)
    passed = function.counter(f"passed{generator.number(step)}")
    key = "".join(f"{scope.columns[name].code}, " for name in step.keys)
    values = "".join(f"{scope.columns[name].code}, " for name, _ in step.fields)
    with (
        dated(generator, function, step, scope) as undated,
        function.body.block(f"if {moves}(({key}), {scope.time.code}, ({values})):"),
    ):
        function.body.line(f"{passed} += 1")
        flow(generator, function, step, msgspec.structs.replace(scope, passed=passed))
    filtered = less(scope.passed, passed, undated)
    emit_account(generator, function, step, entered=scope.passed, passed=passed, filtered=filtered, dead=undated)
