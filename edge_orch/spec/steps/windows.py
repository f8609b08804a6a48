"""Kinds of windows of an aggregate step: one class and one entry in `WINDOWS` each."""

from __future__ import annotations

from typing import Annotated, Any, ClassVar, Literal, Self

from edge_orch.spec import elsewhere
from edge_orch.spec.amounts import PositiveDuration
from edge_orch.spec.json_schema import variant_schema
from edge_orch.spec.leaves import Choice, Integer, JsonSchema, Sql, Text
from edge_orch.spec.model import Model
from edge_orch.spec.nodes import Node, Scalar
from edge_orch.spec.reading import Doc, read_variant
from edge_orch.spec.time_of_day import TimeOfDay


class Count(Integer, frozen=True):
    """A number of records."""

    minimum: ClassVar[int] = 1
    maximum: ClassVar[int] = 1_000_000_000


class CalendarUnit(Choice, frozen=True):
    """A stretch of the calendar."""

    value: Literal["hour", "day", "week", "month"]


class Tumbling(Model, frozen=True):
    """Windows of one size, one after the other, aligned to the Unix epoch."""

    inline: ClassVar[bool] = True
    example: ClassVar[str] = "tumbling: 10s"
    size: Annotated[PositiveDuration, Doc("how long a window is")]


class Sliding(Model, frozen=True):
    """Windows of one size, one beginning every so often, aligned to the Unix epoch."""

    example: ClassVar[str] = "sliding: {size: 10s, every: 5s}"
    size: Annotated[PositiveDuration, Doc("how long a window is")]
    every: Annotated[PositiveDuration, Doc("from the beginning of one to that of the next; at most `size`")]


class Session(Model, frozen=True):
    """Records of a key that follow each other within a gap."""

    example: ClassVar[str] = "session: 5s"
    shorthand: ClassVar[str] = "gap"
    gap: Annotated[PositiveDuration, Doc("how long a key must be silent for its window to end")]
    max: Annotated[
        PositiveDuration | None,
        Doc("a record so long after the first of its window, or later, begins another; at least `gap`"),
    ]


class Counted(Model, frozen=True):
    """So many records of a key as they arrive; none is late, so it takes no `grace` and no `on_late`."""

    inline: ClassVar[bool] = True
    example: ClassVar[str] = "count: 2"
    size: Annotated[Count, Doc("how many records")]


class Calendar(Model, frozen=True):
    """Windows of the calendar, as long as clocks there make them: days, or the shifts of a day."""

    example: ClassVar[str] = "calendar: {unit: day, at: ['06:00', '14:00', '22:00'], zone: Europe/Vienna}"
    shorthand: ClassVar[str] = "unit"
    unit: Annotated[CalendarUnit, Doc("hour, day, week (from Monday) or month")]
    at: Annotated[
        tuple[TimeOfDay, ...],
        Doc("when, by clocks there, one begins; several make shifts of a day; left out: at midnight", default="[]"),
    ]
    zone: Annotated[Text, Doc("an IANA zone", default="UTC")]


class Cycle(Model, frozen=True):
    """From a record that begins something to the one that ends it: a machine's cycle, a batch, a log entry of lines.

    Records count as they arrive; none is late, so it takes no `grace` and no `on_late`. Without `end` a cycle ends
    where the next begins, without `begin` one begins after each end; what comes between two cycles is filtered out. A
    beginning within a cycle ends it.
    """

    example: ClassVar[str] = "cycle: {begin: temp_c < 50, timeout: 1h}"
    begin: Annotated[Sql | None, Doc("a condition, true for the first record of a cycle")]
    end: Annotated[Sql | None, Doc("a condition, true for the last record of a cycle")]
    timeout: Annotated[PositiveDuration, Doc("a cycle also ends when none of it has come for so long, in event time")]
    max: Annotated[
        PositiveDuration | None,
        Doc("a cycle also ends so long after its first record, in event time, or before a record that is later"),
    ]


WINDOWS: dict[str, Any] = {
    "tumbling": Tumbling,
    "sliding": Sliding,
    "session": Session,
    "count": Counted,
    "cycle": Cycle,
    "calendar": Calendar,
}


class Window(Model, frozen=True):
    """`{kind: options}`; `kind` is a key of `WINDOWS`."""

    kind: Scalar
    options: Any

    @classmethod
    def read(cls, node: Node) -> Self:
        return cls(*read_variant(node, WINDOWS, "window", elsewhere.WINDOWS))

    @classmethod
    def json_schema(cls) -> JsonSchema:
        return variant_schema(WINDOWS)
