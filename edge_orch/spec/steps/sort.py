"""`sort: {grace: 30s}`."""

from __future__ import annotations

from typing import Annotated, ClassVar, Literal

from edge_orch.spec.amounts import PositiveDuration
from edge_orch.spec.leaves import Choice
from edge_orch.spec.model import Model
from edge_orch.spec.reading import Doc


class Late(Choice, frozen=True):
    """What becomes of a record that comes behind the order."""

    value: Literal["drop", "dead_letter"]


class Sort(Model, frozen=True):
    """Put records in the order of their event time, as SQL's ORDER BY: before steps that look at the record before."""

    example: ClassVar[str] = "sort: {grace: 30s}"
    grace: Annotated[PositiveDuration, Doc("how late a record may come; so long each is held, in event time")]
    idle: Annotated[PositiveDuration, Doc("a partition silent for so long holds no record back", default="1m")]
    on_late: Annotated[Late, Doc("what becomes of later records", default="drop")]
