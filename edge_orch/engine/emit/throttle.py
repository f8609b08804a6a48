"""`throttle`: the first records of each key and window pass."""

from __future__ import annotations

from edge_orch.engine.emit.guard import Flow
from edge_orch.engine.emit.passing import emit_passing
from edge_orch.engine.generator import Generator
from edge_orch.engine.quota import Quota
from edge_orch.engine.scope import Scope
from edge_orch.engine.writer import FunctionWriter
from edge_orch.plan.steps import Throttle


def emit_throttle(generator: Generator, function: FunctionWriter, step: Throttle, scope: Scope, flow: Flow) -> None:
    """Ask the quota."""
    quota = Quota(step.threshold, step.window_us, generator.room(step))
    emit_passing(generator, function, step, scope, flow, memory=quota, sweep_us=step.window_us, passes=quota.take)
