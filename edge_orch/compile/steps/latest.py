"""Compiling `latest`."""

from __future__ import annotations

from edge_orch.compile.added import compile_repeated
from edge_orch.compile.context import Compiled, StepContext
from edge_orch.plan import steps as plan
from edge_orch.spec.steps.latest import Latest


def compile_latest(spec: Latest, context: StepContext) -> Compiled:
    """See `compile_repeated`."""
    return compile_repeated(spec, plan.Latest, context, "latest")
