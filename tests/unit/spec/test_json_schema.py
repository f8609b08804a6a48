"""The JSON Schema accepts what the reader accepts, and refuses the plain mistakes that an editor should underline."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import jsonschema
import pytest
import yaml

from edge_orch.spec.job import job_json_schema, read_job
from edge_orch.spec.sinks import SINKS
from edge_orch.spec.sources import SOURCES
from edge_orch.spec.steps import STEPS
from tests.unit.compile.examples import PRESSES

VALIDATOR = jsonschema.Draft202012Validator(job_json_schema())


def test_it_is_a_schema() -> None:
    jsonschema.Draft202012Validator.check_schema(job_json_schema())


def test_it_accepts_the_main_job() -> None:
    read_job(PRESSES, "presses.yaml")
    VALIDATOR.validate(yaml.safe_load(PRESSES.replace("at_least: :quorum", "at_least: ':quorum'")))


def test_it_accepts_the_catalogue() -> None:
    for file in (Path(__file__).parents[3] / "jobs").glob("*.yaml"):
        if not file.name.endswith(".test.yaml"):
            VALIDATOR.validate(yaml.safe_load(file.read_text("utf-8")))


@pytest.mark.parametrize(
    ("old", "new"),
    [("grace:", "gracee:"), ("tumbling:", "hopping:"), ("kind: Job", "kind: Jb"), ("- filter:", "- filtr:"),
     ("severity: critical", "severity: urgent"), ("name: press-temperature", "name: Press"), ("10s", "ten")],
)  # fmt: skip
def test_it_refuses_mistakes(old: str, new: str) -> None:
    text = PRESSES.replace("at_least: :quorum", "at_least: ':quorum'").replace(old, new)
    assert not VALIDATOR.is_valid(yaml.safe_load(text))


def test_every_kind_is_described() -> None:
    def keys(node: Any) -> set[str]:
        if isinstance(node, dict):
            return set(node) | set().union(*map(keys, node.values()))
        return set().union(*map(keys, node)) if isinstance(node, list) else set()

    assert {*SINKS, *SOURCES, *STEPS} <= keys(job_json_schema())
