"""`explode: {field: readings, fields: {sensor: string, temp_c: float}}`."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

from edge_orch.spec.leaves import Name
from edge_orch.spec.reading import Doc
from edge_orch.spec.steps.schematize import FieldSpec


@dataclass(frozen=True)
class Explode:
    """Make a record of each element of a JSON array, with the other fields of the record it came in."""

    field: Annotated[Name, Doc("the text that holds the array: a field of `type: json`")]
    fields: Annotated[dict[Name, FieldSpec], Doc("field: type; paths begin at the element, $ is the element itself")]
