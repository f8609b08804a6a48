"""`deadband: {keys: [sensor], fields: {temp_c: 0.5, flow: 5%, state: 0}, every: 10m}`."""

from __future__ import annotations

from typing import Annotated, ClassVar

import msgspec

from edge_orch.errors import Invalid, Problem
from edge_orch.spec.amounts import PositiveDuration
from edge_orch.spec.leaves import JsonSchema, Name, Number
from edge_orch.spec.model import Model
from edge_orch.spec.nodes import Scalar
from edge_orch.spec.reading import Doc


class Band(Number, frozen=True):
    """By how much a value may move unseen: a number, or per cent of the last that passed."""

    expected: ClassVar[str] = "a number from 0 on, or per cent like 5%"
    schema: ClassVar[JsonSchema] = {
        "anyOf": [{"type": "number", "minimum": 0}, {"type": "string", "pattern": r"^[0-9.]+%$"}]
    }

    @property
    def percent(self) -> bool:
        return self.node.text.endswith("%")

    @classmethod
    def parse(cls, node: Scalar) -> float:
        value = super().parse(msgspec.structs.replace(node, text=node.text.removesuffix("%")))
        if value < 0:
            raise Invalid(Problem("out of range", node.where, cls.expected, node.text))
        return value


class Deadband(Model, frozen=True):
    """Pass a record when a value has moved by more than its band since the last that passed: report by exception."""

    example: ClassVar[str] = "deadband: {keys: [sensor], fields: {temp_c: 50}, every: 10m}"
    keys: Annotated[tuple[Name, ...], Doc("fields that tell series apart; left out: one series of all", default="[]")]
    fields: Annotated[
        dict[Name, Band],
        Doc("field: by how much it may move unseen, a number or per cent like 5%; 0, for any type: any change counts"),
    ]
    every: Annotated[
        PositiveDuration,
        Doc("when the last that passed is so long ago, in event time, a record passes anyway", default="1d"),
    ]
