"""`map`: new and replaced fields. All assignments see the record as it came."""

from __future__ import annotations

import msgspec

from edge_orch.engine.emit.account import emit_account, less
from edge_orch.engine.emit.guard import Flow, guarded
from edge_orch.engine.generator import Generator
from edge_orch.engine.scope import Scope, Symbol
from edge_orch.engine.writer import FunctionWriter
from edge_orch.plan.steps import Map


def emit_map(generator: Generator, function: FunctionWriter, step: Map, scope: Scope, flow: Flow) -> None:
    """One variable for each assigned value that is not one already. The event time stays, unless it is assigned."""
    expressions = generator.expressions(function, scope)
    columns = dict(scope.columns)
    statements = []
    for assignment in step.assignments:
        code = expressions.value(assignment.value)
        variable = code.text
        if not code.atom:
            variable = generator.names.fresh("f")
            statements.append(f"{variable} = {code.text}")
        columns[assignment.name] = Symbol(variable, assignment.value.type, code.nullable, fixed=code.fixed)
    kept = {name: columns[name] for name in step.schema.names}
    assigned = {assignment.name for assignment in step.assignments}
    time = columns[step.schema.time] if step.schema.time in assigned and step.schema.time else scope.time
    unchanged = not assigned and step.schema.names == tuple(scope.columns)
    with guarded(generator, function, step, scope, statements, may_overflow=expressions.may_overflow) as dead:
        passed = less(scope.passed, dead)
        carrier = scope.carrier if unchanged else None
        flow(
            generator,
            function,
            step,
            msgspec.structs.replace(scope, columns=kept, time=time, passed=passed, carrier=carrier),
        )
    emit_account(generator, function, step, entered=scope.passed, passed=passed, dead=dead)
