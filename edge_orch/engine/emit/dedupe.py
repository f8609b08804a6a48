"""`dedupe`: the first record of each key passes."""

from __future__ import annotations

from edge_orch.engine.dedupe import Seen
from edge_orch.engine.emit.guard import Flow
from edge_orch.engine.emit.passing import emit_passing
from edge_orch.engine.generator import Generator
from edge_orch.engine.scope import Scope
from edge_orch.engine.writer import FunctionWriter
from edge_orch.plan.steps import Dedupe


def emit_dedupe(generator: Generator, function: FunctionWriter, step: Dedupe, scope: Scope, flow: Flow) -> None:
    """Ask the memory of keys."""
    seen = Seen(step.within_us, generator.room(step))
    sweep_us = max(1, step.within_us // 8)
    emit_passing(generator, function, step, scope, flow, memory=seen, sweep_us=sweep_us, passes=seen.first)
