"""Kinds of windows of an aggregate step: one class and one entry in `WINDOWS` each."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, Any, ClassVar, Literal, Self

from edge_orch.spec.json_schema import variant_schema
from edge_orch.spec.leaves import Choice, Integer, JsonSchema, PositiveDuration, Text
from edge_orch.spec.nodes import Node, Scalar
from edge_orch.spec.reading import Doc, read_variant


class Count(Integer, frozen=True):
    """A number of records."""

    minimum: ClassVar[int] = 1
    maximum: ClassVar[int] = 1_000_000_000


class CalendarUnit(Choice, frozen=True):
    """A stretch of the calendar."""

    value: Literal["hour", "day", "week", "month"]


@dataclass(frozen=True)
class Sliding:
    """Windows of one size, one beginning every so often, aligned to the Unix epoch."""

    size: Annotated[PositiveDuration, Doc("how long a window is")]
    every: Annotated[PositiveDuration, Doc("from the beginning of one to that of the next; at most `size`")]


@dataclass(frozen=True)
class Session:
    """Records of a key that follow each other within a gap."""

    shorthand: ClassVar[str] = "gap"
    gap: Annotated[PositiveDuration, Doc("how long a key must be silent for its window to end")]


@dataclass(frozen=True)
class Calendar:
    """Windows of the calendar, as long as clocks there make them."""

    shorthand: ClassVar[str] = "unit"
    unit: Annotated[CalendarUnit, Doc("hour, day, week (from Monday) or month")]
    zone: Annotated[Text, Doc("an IANA zone", default="UTC")]


WINDOWS: dict[str, Any] = {
    "tumbling": PositiveDuration,
    "sliding": Sliding,
    "session": Session,
    "count": Count,
    "calendar": Calendar,
}


@dataclass(frozen=True)
class Window:
    """`{kind: options}`; `kind` is a key of `WINDOWS`."""

    kind: Scalar
    options: Any

    @classmethod
    def read(cls, node: Node) -> Self:
        return cls(*read_variant(node, WINDOWS, "window"))

    @classmethod
    def json_schema(cls) -> JsonSchema:
        return variant_schema(WINDOWS)
