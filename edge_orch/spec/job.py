"""The job as written: the model of the whole file."""

from __future__ import annotations

from typing import Annotated, Any, ClassVar, Literal, Self

from edge_orch.errors import Invalid, Problem
from edge_orch.spec import elsewhere
from edge_orch.spec.amounts import Age, Room
from edge_orch.spec.document import nothing, parse_document
from edge_orch.spec.foreign import refuse_foreign
from edge_orch.spec.json_schema import model_schema, schema_of, shown, variant_schema
from edge_orch.spec.keys import lifted, outdented_key, outdented_keys, unknown_key
from edge_orch.spec.leaves import Choice, Constant, Flag, JobName, JsonSchema, LabelName, Name, Number, Sql, Text
from edge_orch.spec.model import Model
from edge_orch.spec.nodes import Node, Scalar
from edge_orch.spec.reading import (
    Doc,
    entries_of,
    fields_of,
    gathered,
    is_inline,
    read,
    read_model,
    read_variant,
)
from edge_orch.spec.sinks import SINKS
from edge_orch.spec.sources import SOURCES
from edge_orch.spec.step_inputs import StepInputs
from edge_orch.spec.steps import STEPS
from edge_orch.spec.words import names

MOST_STEPS = 500
"""A plan holds the fields behind each of its steps: it grows with the square of their number."""


class ApiVersion(Choice, frozen=True):
    """The version of the job language."""

    value: Literal["edge-orch/v1"]


class Kind(Choice, frozen=True):
    """What the file is."""

    value: Literal["Job"]


class ParamType(Choice, frozen=True):
    """The type of a parameter."""

    elsewhere: ClassVar[dict[str, str]] = {
        **dict.fromkeys(("number", "double", "decimal"), "float"),
        **dict.fromkeys(("integer", "long"), "int"),
        **dict.fromkeys(("str", "text", "duration", "timestamp"), "string"),
        "boolean": "bool",
    }
    value: Literal["bool", "int", "float", "string"]


class Role(Choice, frozen=True):
    """The lowest role that may override a parameter."""

    value: Literal["operator", "admin"]


class Priority(Choice, frozen=True):
    """Which output goes first, and which is dropped last."""

    elsewhere: ClassVar[dict[str, str]] = {
        **dict.fromkeys(("urgent", "critical", "highest"), "high"),
        **dict.fromkeys(("medium", "default"), "normal"),
        **dict.fromkeys(("lowest", "background"), "low"),
    }
    value: Literal["low", "normal", "high"]


class OnFull(Choice, frozen=True):
    """What gives way when the outbox is full."""

    value: Literal["block", "drop_oldest", "drop_newest"]


class Metadata(Model, frozen=True):
    """Who the job is."""

    name: Annotated[JobName, Doc("name of the job")]
    labels: Annotated[dict[LabelName, Text], Doc("labels of the job", default="{}")]


class Param(Model, frozen=True):
    """A value that may be changed without a new version; `:name` in expressions."""

    type: Annotated[ParamType, Doc("bool | int | float | string")]
    default: Annotated[Constant, Doc("its value unless overridden")]
    min: Annotated[Number | None, Doc("least value")]
    max: Annotated[Number | None, Doc("greatest value")]
    override: Annotated[Role | None, Doc("lowest role that may override it; left out: nobody")]


class Source(Model, frozen=True):
    """Where records come from: exactly one kind."""

    kind: Scalar
    options: Any

    @classmethod
    def read(cls, node: Node) -> Self:
        return cls(*read_variant(node, SOURCES, "source", elsewhere.SOURCES))

    @classmethod
    def json_schema(cls) -> JsonSchema:
        return variant_schema(SOURCES)


class Sink(Model, frozen=True):
    """Where records or alerts go: exactly one kind."""

    kind: Scalar
    options: Any

    @classmethod
    def read(cls, node: Node) -> Self:
        return cls(*read_variant(node, SINKS, "sink", elsewhere.SINKS))

    @classmethod
    def json_schema(cls) -> JsonSchema:
        return variant_schema(SINKS)


class StepFrame(Model, frozen=True):
    """What every step may have beside its kind."""

    name: Annotated[Name | None, Doc("name of the step; left out: its kind")]
    from_: Annotated[
        StepInputs | None,
        Doc("the step or route.branch it reads, or a list of several; left out: the step above", key="from"),
    ]


class Step(Model, frozen=True):
    """One step: exactly one kind, and perhaps a name and an input."""

    name: Name | None
    from_: StepInputs | None
    kind: Scalar
    body: Any

    @classmethod
    def read(cls, node: Node) -> Self:
        frame: list[tuple[Scalar, Node]] = []
        kinds: list[tuple[Scalar, Node]] = []
        problems = []
        entries = entries_of(node, known=STEPS)
        outdented = outdented_keys(entries, [*STEPS, "name", "from"])
        for entry in entries:
            if entry[0].text in {"name", "from"}:
                frame.append(entry)
            elif entry[0].text in STEPS:
                kinds.append(entry)
            else:
                problems.append(_unknown_key(entry[0], outdented.get(entry[0].text) or _holder(entry[0], kinds)))
        if len(kinds) != 1 and not problems:
            found = names(key.text for key, _ in kinds)
            next_step = "give each its own list item" if kinds else "add one, such as filter: temp_c > 5"
            problems.append(
                Problem("a step has exactly one kind", node.where, f"one of: {names(STEPS)}", found, next_step)
            )
        parts: list[tuple[Any, Node]] = [
            *(({"name": Name, "from": StepInputs}[key.text], value) for key, value in frame),
            *((STEPS[key.text], value) for key, value in kinds[:1]),
        ]
        if outdented:  # the kind lacks what stands too far to the left
            parts = parts[: len(frame)]
        beside = {"name", "from"} - {key.text for key, _ in frame}

        def given(part: tuple[Any, Node]) -> Any:
            try:
                return read(*part)
            except Invalid as error:
                raise Invalid(*lifted(error, kinds[0][0].text if kinds else "", beside)) from None

        values = gathered(parts, given, problems)
        by_key = dict(zip([key.text for key, _ in frame], values, strict=False))
        return cls(by_key.get("name"), by_key.get("from"), kinds[0][0], values[-1])

    @classmethod
    def json_schema(cls) -> JsonSchema:
        frame = model_schema(StepFrame)["properties"]
        arms = [
            {
                "type": "object",
                "title": kind,
                "properties": frame | {kind: {**schema_of(model), **shown(model)}},
                "required": [kind],
                "additionalProperties": False,
            }
            for kind, model in STEPS.items()
        ]
        return {"description": cls.__doc__, "oneOf": arms}


def _holder(key: Scalar, kinds: list[tuple[Scalar, Node]]) -> str:
    """The step above that has such a key, if it does."""
    body = STEPS[kinds[-1][0].text] if kinds else None
    is_key = body and not is_inline(body) and key.text in schema_of(body).get("properties", {})
    return kinds[-1][0].text if is_key else ""


def _unknown_key(key: Scalar, above: str) -> Problem:
    if above:
        return outdented_key(key, above)
    return unknown_key(key, [*STEPS, "name", "from"], "unknown step or key", elsewhere.STEPS)


class Output(Model, frozen=True):
    """A stream of records that leaves the device."""

    from_: Annotated[
        StepInputs, Doc("the step or route.branch whose records leave, a list of several, or dead_letters", key="from")
    ]
    to: Annotated[LabelName, Doc("the sink they go to")]
    line: Annotated[Name | None, Doc("a text field that leaves alone, as it stands; left out: the record as JSON")]
    merge_into: Annotated[
        Name | None,
        Doc("a field that holds a JSON object, such as the record as it came: it leaves, with the other fields in it"),
    ]
    omit_nulls: Annotated[Flag, Doc("true: a field that is NULL does not leave, rather than as null", default="false")]
    priority: Annotated[Priority, Doc("low | normal | high: what goes first, and is dropped last", default="normal")]


class Limits(Model, frozen=True):
    """What the job may take on a device."""

    outbox: Annotated[Room, Doc("undelivered records", default="512MiB")]
    state: Annotated[Room, Doc("windows, keys, episodes", default="64MiB")]
    dead_letters: Annotated[Room, Doc("records that could not be processed", default="32MiB")]
    max_age: Annotated[Age, Doc("records older than this are dropped, counted", default="30d")]
    on_full: Annotated[OnFull, Doc("block | drop_oldest | drop_newest", default="drop_oldest")]


class JobBody(Model, frozen=True):
    """What the job does."""

    target: Annotated[Sql | None, Doc("condition over agent labels; left out: every agent")]
    params: Annotated[dict[Name, Param], Doc("parameters", default="{}")]
    source: Annotated[Source, Doc("where records come from")]
    steps: Annotated[tuple[Step, ...], Doc("what is done with them")]
    outputs: Annotated[dict[LabelName, Output], Doc("which records leave, and where to", default="{}")]
    sinks: Annotated[dict[LabelName, Sink], Doc("where records and alerts go", default="{}")]
    limits: Annotated[Limits, Doc("what the job may take", default="{}")]


class Job(Model, frozen=True):
    """An Edge Orchestrator job."""

    apiVersion: Annotated[ApiVersion, Doc("edge-orch/v1")]  # noqa: N815 (the key as users write it)
    kind: Annotated[Kind, Doc("Job")]
    metadata: Annotated[Metadata, Doc("name and labels")]
    spec: Annotated[JobBody, Doc("what the job does")]


def read_job(text: str, file: str) -> Job:
    """The job in a YAML text. Raises `Invalid` with all problems of form; expressions are not looked at yet."""
    root = parse_document(text, file)
    if isinstance(root, Scalar) and root.value is None:
        raise Invalid(nothing(file))
    refuse_foreign(root, (field.key for field in fields_of(Job)), ("source", "steps"))
    job: Job = read_model(Job, root)
    if not job.spec.steps:
        next_step = "add a schematize to spec.steps, and what is to be done with its records"
        raise Invalid(Problem("a job needs at least one step", job.spec.source.kind.where, next_step=next_step))
    if len(job.spec.steps) > MOST_STEPS:
        what, found = "more steps than a device would bear", str(len(job.spec.steps))
        where = job.spec.steps[MOST_STEPS].kind.where
        raise Invalid(Problem(what, where, f"at most {MOST_STEPS}", found, "say it in fewer, or make two jobs of it"))
    return job


def job_json_schema() -> JsonSchema:
    """JSON Schema (draft 2020-12) of a job file, for editors."""
    return {"$schema": "https://json-schema.org/draft/2020-12/schema", "title": "Edge Orchestrator job"} | model_schema(
        Job
    )
