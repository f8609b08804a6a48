from __future__ import annotations

import pytest

from edge_orch.errors import Invalid
from edge_orch.spec.document import parse_document
from edge_orch.spec.foreign import refuse_foreign

KEYS = ("apiVersion", "kind", "metadata", "spec")


def refuse(text: str) -> None:
    refuse_foreign(parse_document(text, "f.yaml"), KEYS, ("source", "steps"))


@pytest.mark.parametrize(
    "text",
    [
        "services: {web: {image: nginx}}",
        "sources: {in: {}}\nsinks: {out: {}}",
        "- alert: X\n  expr: up == 0",
        "SELECT * FROM demo",
        "apiVersion: apps/v1\nkind: Deployment\nspec: {}",
        "apiVersion: batch/v1\nkind: Job\nspec: {template: {}}",
    ],
)
def test_what_has_nothing_of_a_job_is_none(text: str) -> None:
    with pytest.raises(Invalid, match="not a job") as error:
        refuse(text)
    assert len(error.value.problems) == 1


def test_tests_of_a_job_are_told_apart() -> None:
    tests = parse_document("- name: hot\n  input: []", "jobs/oven.test.yaml")
    with pytest.raises(Invalid, match="tests of a job, not a job") as error:
        refuse_foreign(tests, KEYS, ("source", "steps"))
    assert error.value.problems[0].next_step == "`edge-orch test` runs them; the job is in jobs/oven.yaml"
    with pytest.raises(Invalid) as error:
        refuse("- name: hot\n  expect: {}")
    assert error.value.problems[0].next_step == "`edge-orch test` runs them"


@pytest.mark.parametrize(
    "text",
    [
        "apiversion: edge-orch/v1",
        "source: {}\nsteps: []",
        "- apiVersion: edge-orch/v1\n  kind: Job",
        "apiVersion: edge-orch/v2\nkind: Deployment",
        "apiVersion: batch/v1\nkind: Job\nspec: {source: {}}",
        "~",
    ],
)
def test_what_means_to_be_a_job_is_told_key_by_key(text: str) -> None:
    refuse(text)
