"""`aggregate: {window: {tumbling: 10s}, by: [sensor], compute: {n: count(*)}}`."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, Any, Literal, Self

from edge_orch.spec.json_schema import variant_schema
from edge_orch.spec.leaves import Choice, Duration, JsonSchema, Name, PositiveDuration, Sql
from edge_orch.spec.nodes import Node, Scalar
from edge_orch.spec.reading import Doc, read_variant


class OnLate(Choice, frozen=True):
    """What becomes of a record whose window has closed."""

    value: Literal["revise", "dead_letter", "drop"]


WINDOWS: dict[str, Any] = {"tumbling": PositiveDuration}


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


@dataclass(frozen=True)
class Aggregate:
    """Fold the records of each window and key into one row, which carries window_start, window_end and revision."""

    window: Annotated[Window, Doc("{tumbling: 10s}: windows one after the other, aligned to the Unix epoch")]
    by: Annotated[tuple[Name, ...], Doc("key fields", default="[]")]
    compute: Annotated[dict[Name, Sql], Doc("field: aggregate, such as {n: count(*), hot: max(temp_c)}")]
    grace: Annotated[Duration, Doc("how late a record may come", default="0s")]
    idle: Annotated[PositiveDuration, Doc("a partition silent for so long holds no window open", default="1m")]
    on_late: Annotated[OnLate, Doc("what becomes of later records", default="drop")]
