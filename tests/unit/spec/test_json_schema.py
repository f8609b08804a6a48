"""The JSON Schema accepts what the reader accepts, and refuses the plain mistakes that an editor should underline."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import jsonschema
import pytest
import yaml

from edge_orch.spec.job import job_json_schema, read_job
from edge_orch.spec.sinks import SINKS
from edge_orch.spec.sources import SOURCES
from edge_orch.spec.steps import STEPS
from edge_orch.spec.steps.formats import FORMATS
from edge_orch.spec.steps.windows import WINDOWS
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


WRONG = Path(__file__).parents[1] / "compile" / "wrong"


@pytest.mark.parametrize(
    "name",
    ["misspelt_step", "missing_key", "missing_sinks", "bad_choice", "bad_duration", "bad_size", "type_misspelt",
     "upper_case_kind", "window_as_text", "unknown_key", "params_as_list", "steps_as_mapping",
     "literal_secret", "two_kinds_in_a_step", "map_as_list", "bad_job_name", "topic_filter_inside",
     "topic_filter_in_a_level", "topic_with_wildcards", "address_without_scheme", "file_without_a_name",
     "lookup_file_outside", "parameter_with_a_dash", "size_in_short", "duration_of_iso", "duration_of_a_clock",
     "clear_as_text", "sample_as_a_number"],
)  # fmt: skip
def test_it_refuses_wrong_jobs_of_wrong_form(name: str) -> None:
    assert not VALIDATOR.is_valid(yaml.safe_load((WRONG / f"{name}.yaml").read_text("utf-8")))


def properties(node: Any) -> Iterator[tuple[str, Any]]:
    """Every key that a person can write, with its schema."""
    if isinstance(node, dict):
        if isinstance(node.get("properties"), dict):
            yield from node["properties"].items()
        for name, value in node.items():
            if name not in {"examples", "default"}:
                yield from properties(value)
    elif isinstance(node, list):
        for item in node:
            yield from properties(item)


def test_an_editor_can_say_what_every_key_is() -> None:
    found = list(properties(job_json_schema()))
    assert len(found) > 200
    assert [name for name, schema in found if not schema.get("description")] == []


def test_an_editor_can_show_how_every_component_is_written() -> None:
    schemas = dict(properties(job_json_schema()))
    shown = {name for name, schema in properties(job_json_schema()) if schema.get("examples")}
    assert {*SOURCES, *SINKS, *STEPS, *FORMATS, *WINDOWS} <= shown
    assert schemas["grace"]["default"] == "0s"
    assert schemas["header"]["default"] is False
    assert schemas["hold"]["examples"] == ["10s", "5m", "1h30m"]
    assert schemas["dedupe"]["examples"] == [{"keys": ["sensor"], "within": "10s"}]


def test_examples_and_defaults_are_valid_themselves() -> None:
    for name, schema in properties(job_json_schema()):
        for value in [*schema.get("examples", ()), *([schema["default"]] if "default" in schema else [])]:
            assert jsonschema.Draft202012Validator(schema).is_valid(value), (name, value)


def test_every_kind_is_described() -> None:
    def keys(node: Any) -> set[str]:
        if isinstance(node, dict):
            return set(node) | set().union(*map(keys, node.values()))
        return set().union(*map(keys, node)) if isinstance(node, list) else set()

    assert {*SINKS, *SOURCES, *STEPS} <= keys(job_json_schema())


def _objects(node: Any) -> Iterator[dict[str, Any]]:
    if isinstance(node, dict):
        yield node
    for part in node.values() if isinstance(node, dict) else node if isinstance(node, list) else ():
        yield from _objects(part)


def test_editors_complete_the_kinds_of_everything() -> None:
    """They count the key that is being written: beside `maxProperties: 1` they offer none."""
    schema = job_json_schema()
    assert not any("maxProperties" in part for part in _objects(schema))
    source = schema["properties"]["spec"]["properties"]["source"]
    assert list(source["properties"]) == list(SOURCES)
    validator = jsonschema.Draft202012Validator(source)
    mqtt, file = {"mqtt": {"topic": "a"}}, {"file": {"path": "b"}}
    assert [validator.is_valid(one) for one in (mqtt, file, mqtt | file, {})] == [True, True, False, False]


def test_what_an_editor_shows_is_headed_by_the_kind_it_belongs_to() -> None:
    steps = job_json_schema()["properties"]["spec"]["properties"]["steps"]["items"]["oneOf"]
    assert [step["title"] for step in steps] == list(STEPS)
