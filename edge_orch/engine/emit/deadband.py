"""`deadband`: records in which something moved pass."""

from __future__ import annotations

from edge_orch.engine.deadband import Reported
from edge_orch.engine.emit.guard import Flow
from edge_orch.engine.emit.passing import emit_passing
from edge_orch.engine.generator import Generator
from edge_orch.engine.scope import Scope
from edge_orch.engine.writer import FunctionWriter
from edge_orch.plan.steps import Deadband


def emit_deadband(generator: Generator, function: FunctionWriter, step: Deadband, scope: Scope, flow: Flow) -> None:
    """Ask what was reported last."""
    bands = tuple(band for _, band in step.fields)
    percent = tuple(name in step.percent for name, _ in step.fields) if step.percent else ()
    reported = Reported(step.every_us, bands, generator.room(step), percent)
    emit_passing(
        generator,
        function,
        step,
        scope,
        flow,
        memory=reported,
        sweep_us=max(1, step.every_us // 8),
        passes=reported.moves,
        values=[name for name, _ in step.fields],
    )
