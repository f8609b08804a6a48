"""Secrets that the steps of a plan need. Those of sources and sinks are resolved by whoever opens them."""

from __future__ import annotations

from edge_orch.plan.plan import Plan
from edge_orch.plan.steps import Encrypt, Hash, Mask

_BEFORE, _AFTER = "${secret:", "}"


def secret_name(reference: str) -> str:
    """`NAME` of `${secret:NAME}`."""
    return reference.removeprefix(_BEFORE).removesuffix(_AFTER)


def step_secrets(plan: Plan) -> tuple[str, ...]:
    """The names of all secrets that a pipeline of this plan must be given, sorted."""
    masks = [step for step in plan.steps if isinstance(step, Mask)]
    methods = [method for step in masks for _, method in step.maskings]
    return tuple(sorted({secret_name(method.key) for method in methods if isinstance(method, Hash | Encrypt)}))
