from __future__ import annotations

import pytest

from edge_orch.errors import Invalid
from edge_orch.spec.amounts import Duration
from edge_orch.spec.job import MOST_STEPS, read_job
from edge_orch.spec.reading import plain
from edge_orch.spec.steps import Alert, Schematize
from edge_orch.spec.steps.formats import Json
from tests.unit.compile.examples import PRESSES


def test_the_main_job_reads() -> None:
    job = read_job(PRESSES, "presses.yaml")
    assert job.metadata.name.value == "press-temperature"
    assert [step.kind.text for step in job.spec.steps] == ["schematize", "enrich", "filter", "aggregate", "alert"]
    alert = job.spec.steps[-1].body
    assert isinstance(alert, Alert)
    assert alert.quorum is not None
    assert alert.quorum.at_least.value == ":quorum"
    assert isinstance(alert.clear.hold, Duration)


def test_defaults_are_filled_in() -> None:
    job = read_job(
        PRESSES.replace("  limits: {outbox: 512MiB, state: 64MiB, dead_letters: 32MiB, ", "  limits: {"), "f"
    )
    assert plain(job.spec.limits)["outbox"] == 512 << 20
    assert plain(job.spec.source.options) == {"topic": "factory/+/raw", "qos": 1}


def test_a_field_may_be_only_its_type_and_json_needs_no_options() -> None:
    text = """
apiVersion: edge-orch/v1
kind: Job
metadata: {name: a}
spec:
  source: {file: {path: x}}
  steps:
    - schematize: {json:, fields: {a: int, b: {type: string, path: [x.y, z]}, c: {type: string, path: x.y}}}
"""
    body = read_job(text, "f").spec.steps[0].body
    assert isinstance(body, Schematize)
    assert isinstance(body.format, Json)
    specs = list(body.fields.values())
    assert specs[0].type.value == "int"
    assert [[key.value for key in spec.path.keys] for spec in specs[1:] if spec.path] == [["x.y", "z"], ["x", "y"]]


def test_all_problems_of_form_are_told_at_once() -> None:
    text = PRESSES.replace("kind: Job", "kind: Jb").replace("grace: 5s", "grace: five").replace("30d", "30")
    with pytest.raises(Invalid) as error:
        read_job(text, "f")
    assert [problem.where.line for problem in error.value.problems if problem.where] == [2, 26, 46]


def test_a_job_needs_a_step() -> None:
    text = "apiVersion: edge-orch/v1\nkind: Job\nmetadata: {name: a}\nspec: {source: {file: {path: x}}, steps: []}\n"
    with pytest.raises(Invalid, match="at least one step"):
        read_job(text, "f")


def test_a_job_has_no_more_steps_than_a_device_would_bear() -> None:
    head, steps, tail = PRESSES.partition("  steps:\n")
    more = "".join(f"    - {{name: f{i}, from: schematize, filter: temp_c > {i}}}\n" for i in range(MOST_STEPS))
    with pytest.raises(Invalid, match="more steps than a device would bear") as error:
        read_job(head + steps + more + tail, "job.yaml")
    assert error.value.problems[0].where
    assert error.value.problems[0].where.line == head.count("\n") + 2 + MOST_STEPS
