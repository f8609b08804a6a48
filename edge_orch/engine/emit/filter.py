"""`filter`: a record passes when the condition is true; NULL does not pass."""

from __future__ import annotations

import msgspec

from edge_orch.engine.emit.account import emit_account, less
from edge_orch.engine.emit.guard import Flow, guarded
from edge_orch.engine.generator import Generator
from edge_orch.engine.narrowing import narrowed
from edge_orch.engine.scope import Scope
from edge_orch.engine.writer import FunctionWriter
from edge_orch.plan.steps import Filter


def emit_filter(generator: Generator, function: FunctionWriter, step: Filter, scope: Scope, flow: Flow) -> None:
    """`if condition:` and below it what happens to the records that pass."""
    number = generator.number(step)
    expressions = generator.expressions(function, scope)
    condition = expressions.true(step.condition)
    passed = function.counter(f"passed{number}")
    statements = []
    if expressions.may_overflow:
        statements.append(f"true{number} = {condition}")
        condition = f"true{number}"
    with (
        guarded(generator, function, step, scope, statements, may_overflow=expressions.may_overflow) as dead,
        function.body.block(f"if {condition}:"),
    ):
        function.body.line(f"{passed} += 1")
        columns = narrowed(scope.columns, step.condition)
        flow(generator, function, step, msgspec.structs.replace(scope, columns=columns, passed=passed))
    filtered = less(scope.passed, passed, dead)
    emit_account(generator, function, step, entered=scope.passed, passed=passed, filtered=filtered, dead=dead)
