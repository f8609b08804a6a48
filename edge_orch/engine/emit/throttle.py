"""`throttle`: the first records of each key and window pass."""

from __future__ import annotations

import msgspec

from edge_orch.engine.emit.account import emit_account, less
from edge_orch.engine.emit.guard import Flow
from edge_orch.engine.emit.timed import dated
from edge_orch.engine.generator import Generator
from edge_orch.engine.quota import Quota
from edge_orch.engine.scope import Scope
from edge_orch.engine.timers import MemoryTimer
from edge_orch.engine.writer import FunctionWriter
from edge_orch.plan.steps import Throttle


def emit_throttle(generator: Generator, function: FunctionWriter, step: Throttle, scope: Scope, flow: Flow) -> None:
    """Ask the quota; it forgets with the clock."""
    quota = Quota(step.threshold, step.window_us, generator.room(step))
    generator.stateful[step.name] = MemoryTimer(quota, step.window_us)
    take = generator.names.bind("take", quota.take)
    passed = function.counter(f"passed{generator.number(step)}")
    key = "".join(f"{scope.columns[name].code}, " for name in step.keys)
    with (
        dated(generator, function, step, scope) as undated,
        function.body.block(f"if {take}(({key}), {scope.time.code}):"),
    ):
        function.body.line(f"{passed} += 1")
        flow(generator, function, step, msgspec.structs.replace(scope, passed=passed))
    filtered = less(scope.passed, passed, undated)
    emit_account(generator, function, step, entered=scope.passed, passed=passed, filtered=filtered, dead=undated)
