"""`sample`: the records of some keys pass."""

from __future__ import annotations

import msgspec

from edge_orch.engine.emit.account import emit_account, less
from edge_orch.engine.emit.guard import Flow
from edge_orch.engine.generator import Generator
from edge_orch.engine.sampling import sampler
from edge_orch.engine.scope import Scope
from edge_orch.engine.writer import FunctionWriter
from edge_orch.plan.steps import Sample


def emit_sample(generator: Generator, function: FunctionWriter, step: Sample, scope: Scope, flow: Flow) -> None:
    """One hash a record."""
    keeps = generator.names.bind("keeps", sampler(step.ratio))
    passed = function.counter(f"passed{generator.number(step)}")
    key = "".join(f"{scope.columns[name].code}, " for name in step.keys)
    with function.body.block(f"if {keeps}(({key})):"):
        function.body.line(f"{passed} += 1")
        flow(generator, function, step, msgspec.structs.replace(scope, passed=passed))
    filtered = less(scope.passed, passed)
    emit_account(generator, function, step, entered=scope.passed, passed=passed, filtered=filtered)
