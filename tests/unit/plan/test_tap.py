"""What a tap looks at, and what it says of steps that pass nothing on by their name."""

from __future__ import annotations

import pytest

from edge_orch.compile import compile_job
from edge_orch.errors import Invalid
from edge_orch.plan.tap import tapped

JOB = """\
apiVersion: edge-orch/v1
kind: Job
metadata: {name: press}
spec:
  source: {mqtt: {topic: t}}
  steps:
    - schematize: {json: {}, fields: {x: float}}
    - {name: hot, alert: {when: x > 1, notify: [out]}}
    - {name: kinds, from: schematize, route: {routes: {high: x > 1}, default: low}}
  outputs: {all: {from: [schematize, kinds.low], to: out}}
  sinks: {out: {file: {path: x}}}
"""


@pytest.mark.parametrize(
    ("stage", "instead"),
    [
        ("hot", "an alert passes nothing on; what it reads is `schematize`"),
        ("kinds", "a route passes records on by its branches: `kinds.high`"),
        ("hut", ""),
    ],
)
def test_what_to_look_at_instead_is_said(stage: str, instead: str) -> None:
    with pytest.raises(Invalid, match=f"has no stage `{stage}`") as error:
        tapped(compile_job(JOB, "j.yaml"), stage)
    assert error.value.problems[0].next_step == instead


def test_records_of_several_steps_together_can_be_looked_at() -> None:
    plan, name = tapped(compile_job(JOB, "j.yaml"), "schematize + kinds.low")
    assert plan.outputs[-1].name == name
    assert plan.outputs[-1].input == "schematize + kinds.low"
