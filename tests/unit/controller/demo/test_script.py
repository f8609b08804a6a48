from __future__ import annotations

from edge_orch_controller.demo.script import FILE, JOB, first_version, second_version

from edge_orch.compile import compile_job
from edge_orch.plan.steps import Alert


def test_both_versions_compile_and_differ_only_in_the_quorum() -> None:
    first, second = (compile_job(text, FILE) for text in (first_version(), second_version()))
    assert first.name == second.name == JOB
    assert {param.name: param.default for param in first.params}["quorum"] == 4
    assert {param.name: param.default for param in second.params}["quorum"] == 5
    assert first.steps == second.steps
    assert any(isinstance(step, Alert) for step in first.steps)
