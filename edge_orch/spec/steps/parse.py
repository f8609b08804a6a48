"""`parse: {field: message, json: {}, fields: {level: string}}`."""

from __future__ import annotations

from typing import Annotated, ClassVar, Self

from edge_orch.spec.leaves import JsonSchema, Name
from edge_orch.spec.model import model
from edge_orch.spec.nodes import Node, Scalar
from edge_orch.spec.reading import Doc
from edge_orch.spec.steps.formats import FormatSpec
from edge_orch.spec.steps.formatted import formatted_schema, read_formatted
from edge_orch.spec.steps.schematize import FieldSpec


@model
class Rest:
    """What a parse has beside its format."""

    field: Annotated[Name, Doc("the text to read; it stays, unless a field that it brings has its name")]
    fields: Annotated[dict[Name, FieldSpec], Doc("fields to add, as in schematize")]
    time: Annotated[Name | None, Doc("the new field that is the event time from here on; left out: it stays")]


@model
class Parse:
    """Read a text inside a record, in exactly one format, into more fields. What does not fit is a dead letter."""

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
    format: FormatSpec
    format_key: Scalar
    field: Name
    fields: dict[Name, FieldSpec]
    time: Name | None

    @classmethod
    def read(cls, node: Node) -> Self:
        format_, key, rest = read_formatted(node, Rest)
        return cls(format_, key, rest.field, rest.fields, rest.time)

    @classmethod
    def json_schema(cls) -> JsonSchema:
        return formatted_schema(Rest, cls.__doc__)
