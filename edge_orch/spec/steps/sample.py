"""`sample: {ratio: 0.1, keys: [sensor]}`."""

from __future__ import annotations

from typing import Annotated, ClassVar

from edge_orch.errors import Invalid, Problem
from edge_orch.spec.leaves import JsonSchema, Name, Number
from edge_orch.spec.model import Model
from edge_orch.spec.nodes import Scalar
from edge_orch.spec.reading import Doc


class Ratio(Number, frozen=True):
    """A part of a whole."""

    expected: ClassVar[str] = "a number above 0 and at most 1, such as 0.1"
    schema: ClassVar[JsonSchema] = {"type": "number", "exclusiveMinimum": 0, "maximum": 1}

    @classmethod
    def parse(cls, node: Scalar) -> float:
        value = super().parse(node)
        if not 0 < value <= 1:
            raise Invalid(Problem("not a ratio", node.where, cls.expected, node.text[:60]))
        return value


class Sample(Model, frozen=True):
    """Pass a part of the records, chosen by the hash of their keys: all of a key or none, alike on every device."""

    example: ClassVar[str] = "sample: {ratio: 0.5, keys: [sensor]}"
    ratio: Annotated[Ratio, Doc("which part of all keys passes")]
    keys: Annotated[tuple[Name, ...], Doc("fields that are hashed; left out: the whole record", default="[]")]
