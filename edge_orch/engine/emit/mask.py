"""`mask`: fields that say less than they did."""

from __future__ import annotations

import msgspec

from edge_orch.engine.emit.account import emit_account
from edge_orch.engine.emit.guard import Flow
from edge_orch.engine.generator import Generator
from edge_orch.engine.masking import masked_type, masker
from edge_orch.engine.scope import Scope, Symbol
from edge_orch.engine.writer import FunctionWriter
from edge_orch.plan.steps import Mask


def emit_mask(generator: Generator, function: FunctionWriter, step: Mask, scope: Scope, flow: Flow) -> None:
    """A new variable for each masked field. What comes below sees the masked value, as the event time too."""
    columns = dict(scope.columns)
    for name, method in step.maskings:
        before = scope.columns[name]
        mask = generator.names.bind("mask", masker(method, before.type, generator.secrets))
        variable = generator.names.fresh("f")
        absent = f"None if {before.code} is None else " if before.nullable else ""
        function.body.line(f"{variable} = {absent}{mask}({before.code})")
        columns[name] = Symbol(variable, masked_type(method, before.type), before.nullable)
    time = columns[step.schema.time] if step.schema.time in {name for name, _ in step.maskings} else scope.time
    below = msgspec.structs.replace(scope, columns=columns, time=time, carrier=None)
    flow(generator, function, step, below)
    emit_account(generator, function, step, entered=scope.passed, passed=scope.passed)
