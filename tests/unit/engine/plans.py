"""Plans and batches by hand, for tests of the engine."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import msgspec

from edge_orch.engine.account import Account
from edge_orch.engine.pipeline import Pipeline
from edge_orch.engine.records import Batch, Device, Emission
from edge_orch.engine.room import Room
from edge_orch.plan.expression import Call, Column, Expression, Literal, Param
from edge_orch.plan.formats import Format, JsonFormat
from edge_orch.plan.plan import Limits, Output, ParamSpec, Plan, Source
from edge_orch.plan.schema import Field, FieldType, Schema
from edge_orch.plan.steps import SOURCE, Aggregate, Aggregation, Assignment, Filter, Map, ParsedField, Schematize, Step
from edge_orch.plan.windows import TumblingWindow
from edge_orch.time import SECOND, Instant

BOOL, INT, FLOAT, STRING, TIMESTAMP = FieldType
DEVICE = Device("edge-7", {"site": "plant-7"}, "1.2.3")

WINDOW = (Field("window_start", TIMESTAMP, True), Field("window_end", TIMESTAMP, True), Field("revision", INT, True))


def at(second: float, boot: str = "boot") -> Instant:
    """The moment so many seconds after the machine started; its wall clock starts at the epoch."""
    return Instant(round(second * SECOND), round(second * SECOND), boot)


def room(limit: int = 64 << 20) -> Room:
    """Room for the state of a step."""
    return Room(limit, Account())


def parsed(name: str, type_: FieldType, **rules: Any) -> ParsedField:
    """A field read from the key, column or group of its own name, unless `path` says otherwise."""
    return ParsedField(name, type_, rules.pop("path", (name,)), **rules)


def schematize(
    *fields: ParsedField, kind: Format | None = None, time: str | None = None, name: str = "parse"
) -> Schematize:
    """The first step."""
    schema = Schema(tuple(Field(field.name, field.type, field.required) for field in fields), time)
    return Schematize(name, SOURCE, kind or JsonFormat(), fields, schema)


def plan(
    *steps: Step,
    outputs: Mapping[str, str] | None = None,
    params: Sequence[ParamSpec] = (),
    name: str = "job",
    state: int = 64 << 20,
) -> Plan:
    """A plan of these steps; `outputs`: name → step, by default `out` → the last step."""
    named = {"out": steps[-1].name} if outputs is None else outputs
    made = tuple(Output(output, step, "sink") for output, step in named.items())
    return Plan(name, {}, None, tuple(params), Source("file", {}), steps, made, (), Limits(state=state))


def pipeline(job: Plan, **options: Any) -> Pipeline:
    """A pipeline on the test device."""
    return Pipeline(job, device=DEVICE, secrets={"KEY": "of the tests"}, **options)


def batch(payload: bytes | Sequence[bytes], **options: Any) -> Batch:
    """A batch of partition `p`, received at second 0."""
    return Batch(options.pop("partition", "p"), payload, options.pop("received", at(0)), **options)


def rows(emission: Emission, output: str = "out") -> list[Any]:
    """The records of one output."""
    chunk = emission.outputs.get(output)
    if chunk is None:
        return []
    lines = chunk.data.splitlines()
    assert len(lines) == chunk.count
    return [msgspec.json.decode(line) for line in lines]


def col(name: str, type_: FieldType = FLOAT) -> Column:
    """A column."""
    return Column(name, type_)


def lit(value: Any, type_: FieldType = FLOAT) -> Literal:
    """A constant."""
    return Literal(value, type_)


def param(name: str, type_: FieldType = FLOAT) -> Param:
    """A parameter."""
    return Param(name, type_)


def call(function: str, *args: Expression, type_: FieldType = BOOL) -> Call:
    """A call."""
    return Call(function, args, type_)


def filtered(condition: Expression, after: Step, name: str = "filter") -> Filter:
    """A filter."""
    return Filter(name, after.name, condition, after.schema)


def mapped(after: Step, name: str = "map", **values: tuple[Expression, FieldType]) -> Map:
    """A map that adds fields to those of the step before."""
    assignments = tuple(Assignment(field, value) for field, (value, _) in values.items())
    fields = {field.name: field for field in after.schema.fields}
    fields |= {field: Field(field, type_) for field, (_, type_) in values.items()}
    return Map(name, after.name, assignments, Schema(tuple(fields.values()), after.schema.time))


def aggregate(
    after: Step, *compute: Aggregation, by: Sequence[str] = (), size: int = 10, name: str = "windows", **rules: Any
) -> Aggregate:
    """Tumbling windows of `size` seconds; its rows are dated by their window's start."""
    keys = tuple(field for key in by for field in after.schema.fields if field.name == key)
    columns = tuple(Field(each.name, each.type) for each in compute)
    schema = Schema((*WINDOW, *keys, *columns), rules.pop("time", "window_start"))
    return Aggregate(name, after.name, TumblingWindow(size * SECOND), tuple(by), compute, schema, **rules)
