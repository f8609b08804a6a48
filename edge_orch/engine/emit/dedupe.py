"""`dedupe`: the first record of each key passes."""

from __future__ import annotations

import msgspec

from edge_orch.engine.dedupe import Seen
from edge_orch.engine.emit.account import emit_account, less
from edge_orch.engine.emit.guard import Flow
from edge_orch.engine.emit.timed import dated
from edge_orch.engine.generator import Generator
from edge_orch.engine.scope import Scope
from edge_orch.engine.timers import MemoryTimer
from edge_orch.engine.writer import FunctionWriter
from edge_orch.plan.steps import Dedupe


def emit_dedupe(generator: Generator, function: FunctionWriter, step: Dedupe, scope: Scope, flow: Flow) -> None:
    """Ask the memory of keys; it forgets with the clock."""
    number = generator.number(step)
    seen = Seen(step.within_us, generator.room(step))
    generator.stateful[step.name] = MemoryTimer(seen, max(1, step.within_us // 8))
    first = generator.names.bind("first", seen.first)
    passed = function.counter(f"passed{number}")
    key = "".join(f"{scope.columns[name].code}, " for name in step.keys)
    with (
        dated(generator, function, step, scope) as undated,
        function.body.block(f"if {first}(({key}), {scope.time.code}):"),
    ):
        function.body.line(f"{passed} += 1")
        flow(generator, function, step, msgspec.structs.replace(scope, passed=passed))
    filtered = less(scope.passed, passed, undated)
    emit_account(generator, function, step, entered=scope.passed, passed=passed, filtered=filtered, dead=undated)
