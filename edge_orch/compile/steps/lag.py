"""Compiling `lag`."""

from __future__ import annotations

import msgspec

from edge_orch.compile.added import compile_repeated
from edge_orch.compile.context import Compiled, StepContext
from edge_orch.plan import steps as plan
from edge_orch.spec.steps.lag import Lag


def compile_lag(spec: Lag, context: StepContext) -> Compiled:
    """See `compile_repeated`; then how many records before."""
    compiled = compile_repeated(spec, plan.Lag, context, "prev")
    if not isinstance(compiled.step, plan.Lag):
        return compiled
    return Compiled(msgspec.structs.replace(compiled.step, offset=spec.offset.value), compiled.flow)
