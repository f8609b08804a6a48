"""`lookup: {keys: [register], file: registers.csv, fields: {unit: string}}`."""

from __future__ import annotations

from typing import Annotated, ClassVar, Literal, Self

from edge_orch.spec.assets import AssetPath
from edge_orch.spec.leaves import Choice, JsonSchema, Name, Text
from edge_orch.spec.model import Model
from edge_orch.spec.nodes import Node, Sequence
from edge_orch.spec.reading import Doc, read


class CellType(Choice, frozen=True):
    """The type of a column."""

    value: Literal["bool", "int", "float", "string"]


class Keys(Model, frozen=True):
    """`{field: column}`, or a list of fields whose columns have the same names."""

    columns: dict[Name, Text]

    @classmethod
    def read(cls, node: Node) -> Self:
        if isinstance(node, Sequence):
            fields: tuple[Name, ...] = read(tuple[Name, ...], node)
            return cls({field: Text(field.value, field.node) for field in fields})
        return cls(read(dict[Name, Text], node))

    @classmethod
    def json_schema(cls) -> JsonSchema:
        fields = {"type": "array", "items": Name.json_schema()}
        return {"anyOf": [fields, {"type": "object", "additionalProperties": {"type": "string"}}]}


class LookupField(Model, frozen=True):
    """A field to add; `unit: string` is enough."""

    shorthand: ClassVar[str] = "type"
    type: Annotated[CellType, Doc("bool | int | float | string")]
    column: Annotated[Text | None, Doc("the column it comes from; left out: that of its own name")]


class Lookup(Model, frozen=True):
    """Add fields from a table that is part of the job; NULL where it has no row."""

    example: ClassVar[str] = """
lookup:
  keys: {sensor: name}
  csv: |
    name,line,limit_c
    press-1,A,85.5
  fields: {line: string, limit_c: float}
"""
    keys: Annotated[Keys, Doc("{field: column}, or [field]: which row is meant")]
    file: Annotated[AssetPath | None, Doc("the table as a CSV file with a header, beside the job")]
    csv: Annotated[Text | None, Doc("the table itself, as CSV with a header")]
    fields: Annotated[dict[Name, LookupField], Doc("field: type, or field: {type: …, column: …}")]
