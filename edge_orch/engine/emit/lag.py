"""`lag`: more fields, of the record before of the same key."""

from __future__ import annotations

from edge_orch.engine.emit.added import emit_repeated
from edge_orch.engine.emit.guard import Flow
from edge_orch.engine.generator import Generator
from edge_orch.engine.lag import EarlierRecords, PreviousRecords
from edge_orch.engine.scope import Scope
from edge_orch.engine.writer import FunctionWriter
from edge_orch.plan.steps import Lag


def emit_lag(generator: Generator, function: FunctionWriter, step: Lag, scope: Scope, flow: Flow) -> None:
    """One exchange a record: its values for those of the record before, or of the one so many before."""
    room, width = generator.room(step), len(step.fields)
    previous = (
        PreviousRecords(step.within_us, width, room)
        if step.offset == 1
        else EarlierRecords(step.within_us, width, step.offset, room)
    )
    emit_repeated(generator, function, step, scope, flow, memory=previous, told=previous.before)
