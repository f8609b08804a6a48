"""`parse: {field: message, json: {}, fields: {level: string}}`."""

from __future__ import annotations

from typing import Annotated, ClassVar, Self

from edge_orch.errors import Invalid, Problem
from edge_orch.spec.json_schema import model_schema
from edge_orch.spec.leaves import JsonSchema, Name, Text
from edge_orch.spec.model import Model
from edge_orch.spec.nodes import Node, Scalar
from edge_orch.spec.reading import Doc, entries_of, read_model
from edge_orch.spec.steps.formats import FormatSpec
from edge_orch.spec.steps.formatted import formatted_schema, read_formatted
from edge_orch.spec.steps.schematize import DecimalMark, FieldSpec


class ReadingRest(Model, frozen=True):
    """What a reading has beside its format."""

    fields: Annotated[dict[Name, FieldSpec], Doc("fields to add, as in schematize")]
    nulls: Annotated[tuple[Text, ...], Doc("texts that mean NULL, such as ['-', 'N/A']", default="[]")]
    decimal: Annotated[DecimalMark | None, Doc("what stands before the fraction of a float: '.' (the default) or ','")]


class Reading(Model, frozen=True):
    """A format and its fields."""

    rest: ClassVar[type] = ReadingRest
    format: FormatSpec
    fields: dict[Name, FieldSpec]
    nulls: tuple[Text, ...]
    decimal: DecimalMark | None

    @classmethod
    def read(cls, node: Node) -> Self:
        format_, _, rest = read_formatted(node, ReadingRest)
        return cls(format_, rest.fields, rest.nulls, rest.decimal)

    @classmethod
    def json_schema(cls) -> JsonSchema:
        return formatted_schema(ReadingRest, cls.__doc__)


class Rest(Model, frozen=True):
    """What a parse of one format has beside it."""

    field: Annotated[Name, Doc("the text to read; it stays, unless a field that it brings has its name")]
    fields: Annotated[dict[Name, FieldSpec], Doc("fields to add, as in schematize")]
    nulls: Annotated[tuple[Text, ...], Doc("texts that mean NULL, such as ['-', 'N/A']", default="[]")]
    decimal: Annotated[DecimalMark | None, Doc("what stands before the fraction of a float: '.' (the default) or ','")]
    time: Annotated[Name | None, Doc("the new field that is the event time from here on; left out: it stays")]


class Several(Model, frozen=True):
    """A parse of several formats."""

    field: Annotated[Name, Doc("the text to read")]
    first_of: Annotated[
        tuple[Reading, ...], Doc("{FORMAT: …, fields: …}, tried in this order; the first that fits reads")
    ]
    time: Annotated[Name | None, Doc("the new field that is the event time from here on; left out: it stays")]


class Parse(Model, frozen=True):
    """Read a text inside a record, in exactly one format, into more fields. What does not fit is a dead letter.

    In place of a format and `fields` may stand `first_of`: a list of formats, each with its fields. The first that fits
    reads the text; a field of the others is NULL then.
    """

    example: ClassVar[str] = """
parse:
  field: message
  regex: '(?P<method>[A-Z]+) (?P<path>\\S+) (?P<status>\\d+)'
  fields: {method: string, path: string, status: int}
"""
    sample: ClassVar[str] = """
{"ts": "2026-01-01T00:00:00Z", "message": "GET /health 200"}
{"ts": "2026-01-01T00:00:01Z", "message": "nothing of the kind"}
"""
    rest: ClassVar[type] = Rest
    field: Name
    readings: tuple[Reading, ...]
    time: Name | None

    @classmethod
    def read(cls, node: Node) -> Self:
        several = [key for key, _ in entries_of(node, ("field", "json", "fields")) if key.text == "first_of"]
        if not several:
            format_, _, rest = read_formatted(node, Rest)
            return cls(rest.field, (Reading(format_, rest.fields, rest.nulls, rest.decimal),), rest.time)
        rest = read_model(Several, node)
        if not rest.first_of:
            raise Invalid(_nothing_to_try(several[0]))
        return cls(rest.field, rest.first_of, rest.time)

    @classmethod
    def json_schema(cls) -> JsonSchema:
        schema = formatted_schema(Rest, cls.__doc__)
        return {**schema, "oneOf": [*schema["oneOf"], model_schema(Several)]}


def _nothing_to_try(key: Scalar) -> Problem:
    return Problem("no format to try", key.where, next_step="add - {FORMAT: …, fields: {…}}")
