"""One expression on sample rows, typed and computed exactly as in a job: a schematize and a map around it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import msgspec

from edge_orch.engine.pipeline import Pipeline
from edge_orch.engine.records import Batch, Device
from edge_orch.errors import Invalid, Location, Problem
from edge_orch.expr.conversion import is_required
from edge_orch.expr.expression import parse_expression
from edge_orch.expr.scope import Scope
from edge_orch.jobtest.inference import InferredField, inferred_fields
from edge_orch.plan.formats import JsonFormat
from edge_orch.plan.params import Value
from edge_orch.plan.plan import Limits, Output, ParamSpec, Plan, Source
from edge_orch.plan.schema import Field, FieldType, Schema
from edge_orch.plan.steps import SOURCE, Assignment, Map, ParsedField, Schematize
from edge_orch.spec.leaves import Sql
from edge_orch.spec.nodes import Scalar
from edge_orch.spec.reading import gathered
from edge_orch.spec.steps.schematize import Type
from edge_orch.spec.words import did_you_mean, names
from edge_orch.time import Instant

_SHOWN = 60  # characters of a row that is no object
_TOLD = 3
"""So many rows that are no objects are told: a file of another kind has many."""
_NO_ROWS = "a field of the rows, which are given by --row or --input"
_NO_PARAM = "give it a value by --param NAME=VALUE"
RESULT = "value"
EXPRESSION = "expression"
"""Names the text in problems, where a job's file would stand."""


class Answer(msgspec.Struct, frozen=True, omit_defaults=True):
    """What became of one row: a value (None is NULL), or the reason why a job would make a dead letter of it."""

    value: Any = None
    dead: str = ""


class Evaluation(msgspec.Struct, frozen=True):
    """The expression's type (`nullable`: it may be NULL), the fields it could name, and an answer a row."""

    type: FieldType
    nullable: bool
    fields: dict[str, str]
    answers: tuple[Answer, ...]


def evaluate(
    text: str,
    rows: Sequence[bytes],
    *,
    types: Mapping[str, str],
    params: Mapping[str, Value],
    device: Device,
    now: Instant,
) -> Evaluation:
    """Evaluate `text` on each of the rows, objects of JSON.

    The type of a field is the one in `types`, or else inferred from all rows. Raises `Invalid`: for rows that are no
    objects, for unknown types, and for an expression that is wrong, at its place in the text.
    """
    fields = [_typed(field, types) for field in inferred_fields(_objects(rows))]
    parsed = tuple(_parsed(field) for field in fields)
    columns = tuple(Field(field.name, field.type, field.required) for field in parsed)
    specs = tuple(ParamSpec(name, _type_of(value), value) for name, value in params.items())
    here = Location(EXPRESSION, 1, 1)
    known = {column.name: column for column in columns}
    scope = Scope(
        known, {spec.name: spec.type for spec in specs}, instead="" if known else _NO_ROWS, undeclared=_NO_PARAM
    )
    expression = parse_expression(Sql.read(Scalar(text, here, plain=False, inner=here)), scope)
    made = Schema((Field(RESULT, expression.type, is_required(expression)),))
    plan = Plan(
        name="eval",
        labels={},
        target=None,
        params=specs,
        source=Source("file", {}),
        steps=(
            Schematize("rows", SOURCE, JsonFormat(), parsed, Schema(columns)),
            Map("made", "rows", (Assignment(RESULT, expression),), made),
        ),
        outputs=(Output(RESULT, "made", ""),),
        sinks=(),
        limits=Limits(),
    )
    pipeline = Pipeline(plan, device=device)
    emission = pipeline.process(Batch("rows", list(rows), now))
    dead = {letter.position: _reason(letter.field, letter.reason) for letter in emission.dead}
    chunk = emission.outputs.get(RESULT)
    values = iter(chunk.data.splitlines() if chunk else ())
    answers = (
        Answer(dead=dead[place]) if place in dead else Answer(msgspec.json.decode(next(values))[RESULT])
        for place in range(len(rows))
    )
    shown = {field.name: field.type + ("" if field.required else "?") for field in fields}
    return Evaluation(expression.type, not is_required(expression), shown, tuple(answers))


def _objects(rows: Sequence[bytes]) -> list[dict[str, Any]]:
    try:
        return gathered(enumerate(rows, 1), lambda pair: _object(*pair))
    except Invalid as error:
        more = len(error.problems) - _TOLD
        raise Invalid(*error.problems[:_TOLD], *([Problem(f"{more} more like these")] if more > 0 else [])) from None


def _object(number: int, row: bytes) -> dict[str, Any]:
    try:
        return msgspec.json.decode(row, type=dict[str, Any])
    except (msgspec.MsgspecError, UnicodeDecodeError):
        row = row.strip()
        found = repr(row[:_SHOWN].decode("utf-8", "replace")) + ("…" if len(row) > _SHOWN else "")
        raise Invalid(Problem(f"row {number} is no JSON object", None, '{"temp_c": 21.5}', found)) from None


def _typed(field: InferredField, types: Mapping[str, str]) -> InferredField:
    type_ = types.get(field.name, field.type)
    if type_ not in Type.choices():
        near = did_you_mean(type_, Type.choices())
        raise Invalid(Problem(f"unknown type of `{field.name}`", None, names(Type.choices()), repr(type_), near))
    return msgspec.structs.replace(field, type=type_)


def _parsed(field: InferredField) -> ParsedField:
    is_json = field.type == "json"
    type_ = FieldType.STRING if is_json else FieldType(field.type)
    return ParsedField(field.name, type_, (field.name,), required=field.required, json=is_json)


def _type_of(value: Value) -> FieldType:
    if isinstance(value, bool):
        return FieldType.BOOL
    return {int: FieldType.INT, float: FieldType.FLOAT}.get(type(value), FieldType.STRING)


def _reason(field: str, reason: str) -> str:
    return f"{field}: {reason}" if field else reason
