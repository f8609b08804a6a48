"""What steps with state in event time share."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import NamedTuple

from edge_orch.engine.clock import NEVER
from edge_orch.engine.generator import Generator
from edge_orch.engine.scope import Scope
from edge_orch.engine.timers import IDLE_US
from edge_orch.engine.writer import FunctionWriter
from edge_orch.plan.schema import FieldType
from edge_orch.plan.stages import Timed
from edge_orch.plan.steps import Aggregate, Alert, Sort, Step
from edge_orch.plan.windows import CycleWindow


class Pace(NamedTuple):
    """What steps that share a clock have in common.

    `idle_us`: after how long a silent partition no longer holds them back. `from_start`: whether time passes for them
    before the first record.
    """

    idle_us: int
    from_start: bool = False

    def __str__(self) -> str:
        return f"{self.idle_us}{' from the start' if self.from_start else ''}"


def pace(step: Timed) -> Pace:
    """The step's pace. What happens when no record comes waits for no partition longer than it waits for records."""
    if isinstance(step, Aggregate) and isinstance(step.window, CycleWindow):
        return Pace(min(step.idle_us, step.window.timeout_us, step.window.max_us or NEVER))
    if isinstance(step, Aggregate | Sort):
        return Pace(step.idle_us)
    if isinstance(step, Alert) and step.absent_us is not None:
        return Pace(min(IDLE_US, step.absent_us), from_start=not step.key)
    return Pace(IDLE_US)


def refresh(function: FunctionWriter, step: Timed, scope: Scope) -> None:
    """Something may be due earlier now: ask the step's clock again when to call it."""
    for ticking in scope.clocks:
        if ticking.pace == pace(step):
            function.body.line(f"{ticking.limit} = {ticking.limit_of(f'{ticking.clock}.limit()')}")


def watermark(step: Timed, scope: Scope) -> str:
    """Code of the watermark at this record. Below an aggregate, steps were told it before the rows came."""
    for ticking in scope.clocks:
        if ticking.pace == pace(step):
            return f"{ticking.clock}.at({ticking.newest})"
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
