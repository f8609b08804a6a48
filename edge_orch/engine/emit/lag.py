"""`lag`: more fields, of the record before of the same key."""

from __future__ import annotations

from edge_orch.engine.emit.added import emit_repeated
from edge_orch.engine.emit.guard import Flow
from edge_orch.engine.generator import Generator
from edge_orch.engine.lag import PreviousRecords
from edge_orch.engine.scope import Scope
from edge_orch.engine.writer import FunctionWriter
from edge_orch.plan.steps import Lag


def emit_lag(generator: Generator, function: FunctionWriter, step: Lag, scope: Scope, flow: Flow) -> None:
    """One exchange a record: its values for those of the record before."""
    previous = PreviousRecords(step.within_us, len(step.fields), generator.room(step))
    emit_repeated(generator, function, step, scope, flow, memory=previous, told=previous.before)
