"""Looking at the records of any stage: a plan with one more output, which changes nothing for the others."""

from __future__ import annotations

from msgspec import structs

from edge_orch.errors import Invalid, Problem
from edge_orch.plan.plan import Output, Plan
from edge_orch.plan.steps import Alert, Route, ports

TAP = "tap "
"""Begins the name of an output that is a tap; no output of a job has a space."""


def tapped(plan: Plan, stage: str) -> tuple[Plan, str]:
    """The plan with an output for the records of `stage`, a step or `route.branch`; and that output's name.

    Steps and their digests stay the same, so that state carries over. Raises `Invalid` when there is no such stage.
    """
    stages = [port for step in plan.steps for port in ports(step)]
    if stage not in stages:
        what = f"the job `{plan.name}` has no stage `{stage}`"
        raise Invalid(Problem(what, None, f"one of: {', '.join(sorted(stages))}", "", _instead(plan, stage)))
    name = TAP + stage
    return structs.replace(plan, outputs=(*plan.outputs, Output(name, stage, ""))), name


def _instead(plan: Plan, stage: str) -> str:
    """What to look at instead of a step that is no stage of its own."""
    for step in plan.steps:
        if step.name == stage and isinstance(step, Alert):
            return f"an alert passes nothing on; what it reads is `{step.input}`"
        if step.name == stage and isinstance(step, Route):
            return f"a route passes records on by its branches: `{ports(step)[0]}`"
    return ""
