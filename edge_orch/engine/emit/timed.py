"""What steps with state in event time share."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from edge_orch.engine.generator import Generator
from edge_orch.engine.graph import Timed
from edge_orch.engine.scope import Scope
from edge_orch.engine.timers import IDLE_US
from edge_orch.engine.writer import FunctionWriter
from edge_orch.plan.schema import FieldType
from edge_orch.plan.steps import Aggregate, Step


def idle_us(step: Timed) -> int:
    """After how long a silent partition no longer holds this step back."""
    return step.idle_us if isinstance(step, Aggregate) else IDLE_US


def refresh(function: FunctionWriter, step: Timed, scope: Scope) -> None:
    """Something may be due earlier now: ask the step's clock again when to call it."""
    for idle, clock, limit, _ in scope.clocks:
        if idle == idle_us(step):
            function.body.line(f"{limit} = {clock}.limit()")


def watermark(step: Timed, scope: Scope) -> str:
    """Code of the watermark at this record. Below an aggregate, steps were told it before the rows came."""
    for idle, clock, _, top in scope.clocks:
        if idle == idle_us(step):
            return f"{clock}.at({top})"
    return "BEFORE"


@contextmanager
def dated(generator: Generator, function: FunctionWriter, step: Step, scope: Scope) -> Iterator[str]:
    """What is written inside the `with` runs for records that have an event time; gives the counter of the others."""
    if not scope.time.nullable:
        yield "0"
        return
    undated = function.counter(f"undated{generator.number(step)}")
    with function.body.block(f"if {scope.time.code} is None:"):
        function.body.line(f"{undated} += 1")
        reason = repr("the event time is NULL")
        function.body.line(scope.kill.format(step=repr(step.name), reason=reason, field="''"))
    with function.body.block("else:"):
        yield undated


def text_of(scope: Scope, column: str) -> str:
    """Code of a column's value as text, as in keys of episodes; NULL is the empty text."""
    symbol = scope.columns[column]
    code = f"stamp({symbol.code})" if symbol.type is FieldType.TIMESTAMP else f"to_text({symbol.code})"
    if symbol.type is FieldType.STRING:
        code = symbol.code
    return f"('' if {symbol.code} is None else {code})" if symbol.nullable else code
