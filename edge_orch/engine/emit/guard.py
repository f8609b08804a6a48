"""Statements that may meet an integer overflow, which makes their record a dead letter of their step."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager

from edge_orch.engine.generator import Generator
from edge_orch.engine.scope import Scope
from edge_orch.engine.writer import FunctionWriter
from edge_orch.plan.steps import Step

Flow = Callable[[Generator, FunctionWriter, Step, Scope], None]


@contextmanager
def guarded(
    generator: Generator,
    function: FunctionWriter,
    step: Step,
    scope: Scope,
    statements: Sequence[str],
    *,
    may_overflow: bool,
) -> Iterator[str]:
    """Write the statements; what is written inside the `with` runs if they succeed. Gives the counter of dead ones."""
    body = function.body
    if not may_overflow:
        for statement in statements:
            body.line(statement)
        yield "0"
        return
    number = generator.number(step)
    dead = function.counter(f"dead{number}")
    with body.block("try:"):
        for statement in statements:
            body.line(statement)
        body.line(f"alive{number} = True")
    with body.block("except IntegerOverflow:"):
        body.line(f"alive{number} = False")
        body.line(f"{dead} += 1")
        body.line(scope.kill.format(step=repr(step.name), reason="'integer overflow'", field="''"))
    with body.block(f"if alive{number}:"):
        yield dead
