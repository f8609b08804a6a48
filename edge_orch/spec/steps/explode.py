"""`explode: {field: readings, fields: {sensor: string, temp_c: float}}`."""

from __future__ import annotations

from typing import Annotated, ClassVar

from edge_orch.spec.leaves import Name
from edge_orch.spec.model import model
from edge_orch.spec.reading import Doc
from edge_orch.spec.steps.schematize import FieldSpec


@model
class Explode:
    """Make a record of each element of a JSON array, with the other fields of the record it came in."""

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
    field: Annotated[Name, Doc("the text that holds the array: a field of `type: json`")]
    fields: Annotated[dict[Name, FieldSpec], Doc("field: type; paths begin at the element, $ is the element itself")]
