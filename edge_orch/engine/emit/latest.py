"""`latest`: more fields, the latest values of some of the same key."""

from __future__ import annotations

from edge_orch.engine.emit.added import emit_repeated
from edge_orch.engine.emit.guard import Flow
from edge_orch.engine.generator import Generator
from edge_orch.engine.latest import LatestValues
from edge_orch.engine.scope import Scope
from edge_orch.engine.writer import FunctionWriter
from edge_orch.plan.steps import Latest


def emit_latest(generator: Generator, function: FunctionWriter, step: Latest, scope: Scope, flow: Flow) -> None:
    """One call a record: its values for the latest."""
    latest = LatestValues(step.within_us, len(step.fields), generator.room(step))
    emit_repeated(generator, function, step, scope, flow, memory=latest, told=latest.at)
