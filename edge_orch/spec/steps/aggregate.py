"""`aggregate: {window: {tumbling: 10s}, by: [sensor], compute: {n: count(*)}}`."""

from __future__ import annotations

from typing import Annotated, ClassVar, Literal

from edge_orch.spec.amounts import Duration, PositiveDuration
from edge_orch.spec.leaves import Choice, Name, Sql
from edge_orch.spec.model import Model
from edge_orch.spec.reading import Doc
from edge_orch.spec.steps.windows import Window


class OnLate(Choice, frozen=True):
    """What becomes of a record whose window has closed."""

    value: Literal["revise", "dead_letter", "drop"]


class Aggregate(Model, frozen=True):
    """Fold the records of each window and key into one row, which carries window_start, window_end and revision."""

    example: ClassVar[str] = """
aggregate:
  window: {tumbling: 10s}
  by: [sensor]
  compute:
    n: count(*)
    max_c: max(temp_c)
    hot: count(*) FILTER (WHERE temp_c > 80)
  grace: 5s
"""
    window: Annotated[Window, Doc("exactly one kind of window, such as {tumbling: 10s}")]
    by: Annotated[tuple[Name, ...], Doc("key fields", default="[]")]
    compute: Annotated[dict[Name, Sql], Doc("field: aggregate, such as {n: count(*), hot: max(temp_c)}")]
    grace: Annotated[Duration, Doc("how late a record may come", default="0s")]
    idle: Annotated[PositiveDuration, Doc("a partition silent for so long holds no window open", default="1m")]
    on_late: Annotated[OnLate, Doc("what becomes of later records", default="drop")]
    empty: Annotated[
        PositiveDuration | None,
        Doc(
            "a key that falls silent has rows of windows without records, too, for so long after the last one with; "
            "for tumbling, sliding and calendar windows"
        ),
    ]
    early: Annotated[
        PositiveDuration | None,
        Doc(
            "every so often from its beginning on, a window has rows of what it holds so far, with `window_end` where "
            "it has come to; for tumbling and calendar windows"
        ),
    ]
