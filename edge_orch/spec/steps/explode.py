"""`explode: {field: readings, fields: {sensor: string, temp_c: float}}`."""

from __future__ import annotations

from typing import Annotated, ClassVar

from edge_orch.errors import Invalid, Problem
from edge_orch.spec.leaves import Flag, JsonSchema, Name, Text
from edge_orch.spec.model import Model
from edge_orch.spec.nodes import Scalar
from edge_orch.spec.reading import Doc
from edge_orch.spec.steps.schematize import FieldSpec


class Gap(Text, frozen=True):
    """What stands between two parts of a text."""

    schema: ClassVar[JsonSchema] = {"type": "string", "minLength": 1}

    @classmethod
    def parse(cls, node: Scalar) -> str:
        text = str(super().parse(node))
        if not text:
            raise Invalid(Problem("a separator cannot be empty", node.where, "one character or more"))
        return text


class Explode(Model, frozen=True):
    """Make a record of each element of a JSON array, or part of a text, with the other fields of its record.

    With `key`, of each member of a JSON object: `{"temp": 21.5, "rpm": 900}` becomes two records. With `nested: true`
    as well, of each member at any depth: of `{"pos": {"x": 1, "y": 2}}` come `pos.x` and `pos.y`.
    """

    example: ClassVar[str] = """
explode:
  field: readings
  fields:
    sensor: {type: string, path: id}
    temp_c: {type: float, path: values.temp, required: false}
"""
    sample: ClassVar[str] = """
{"ts": "2026-01-01T00:00:00Z", "gateway": "g1", "readings": [{"id": "a", "values": {"temp": 21.5}}, {"id": "b"}]}
"""
    field: Annotated[Name, Doc("the text that holds the array or object, a field of `type: json`; or one to be split")]
    key: Annotated[Name | None, Doc("new field: the name of the member; `field` holds an object then")]
    nested: Annotated[
        Flag, Doc("whether members that are objects are taken apart, too; their names join with dots", default="false")
    ]
    index: Annotated[Name | None, Doc("new field: which element it is, counted from 0")]
    separator: Annotated[Gap | None, Doc("what stands between the parts of a text that holds no array")]
    fields: Annotated[dict[Name, FieldSpec], Doc("field: type; paths begin at the element, $ is the element itself")]
