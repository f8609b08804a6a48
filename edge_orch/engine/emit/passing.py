"""Steps that let a record pass or not, by what they remember of its key."""

from __future__ import annotations

from collections.abc import Callable, Iterable

import msgspec

from edge_orch.engine.emit.account import emit_account, less
from edge_orch.engine.emit.added import listed
from edge_orch.engine.emit.guard import Flow
from edge_orch.engine.emit.timed import dated
from edge_orch.engine.generator import Generator
from edge_orch.engine.scope import Scope
from edge_orch.engine.timers import Memory, MemoryTimer
from edge_orch.engine.writer import FunctionWriter
from edge_orch.plan.steps import Deadband, Dedupe, Throttle


def emit_passing(
    generator: Generator,
    function: FunctionWriter,
    step: Deadband | Dedupe | Throttle,
    scope: Scope,
    flow: Flow,
    *,
    memory: Memory,
    sweep_us: int,
    passes: Callable[..., bool],
    values: Iterable[str] | None = None,
) -> None:
    """`passes` of the memory is asked with key, time and, if there are any, the values of these columns.

    The memory forgets with the clock, every `sweep_us` of event time.
    """
    generator.stateful[step.name] = MemoryTimer(memory, sweep_us)
    ask = generator.names.bind(passes.__name__, passes)
    passed = function.counter(f"passed{generator.number(step)}")
    told = f"({listed(scope, step.keys)}), {scope.time.code}"
    if values is not None:
        told += f", ({listed(scope, values)})"
    with (
        dated(generator, function, step, scope) as undated,
        function.body.block(f"if {ask}({told}):"),
    ):
        function.body.line(f"{passed} += 1")
        flow(generator, function, step, msgspec.structs.replace(scope, passed=passed))
    filtered = less(scope.passed, passed, undated)
    emit_account(generator, function, step, entered=scope.passed, passed=passed, filtered=filtered, dead=undated)
