"""Kinds of windows of an aggregate step. Durations are microseconds."""

from __future__ import annotations

from typing import Literal as OneOf

import msgspec

from edge_orch.plan.expression import Expression
from edge_orch.time import DAY, HOUR


class TumblingWindow(msgspec.Struct, frozen=True, forbid_unknown_fields=True, tag_field="kind", tag="tumbling"):
    """Consecutive windows of one size, aligned to the Unix epoch."""

    size_us: int


class SlidingWindow(msgspec.Struct, frozen=True, forbid_unknown_fields=True, tag_field="kind", tag="sliding"):
    """Windows of one size that begin every so often, aligned to the Unix epoch; `every_us` is at most `size_us`."""

    size_us: int
    every_us: int


class SessionWindow(
    msgspec.Struct, frozen=True, forbid_unknown_fields=True, tag_field="kind", tag="session", omit_defaults=True
):
    """Records of a key that follow each other in less than `gap_us`; takes no `revise`.

    `max_us`: less than so long lies between the first and the last of them; at least the gap.
    """

    gap_us: int
    max_us: int | None = None


class CountWindow(msgspec.Struct, frozen=True, forbid_unknown_fields=True, tag_field="kind", tag="count"):
    """So many records of a key, as they arrive; takes neither grace nor `on_late`."""

    size: int


class CycleWindow(
    msgspec.Struct, frozen=True, forbid_unknown_fields=True, tag_field="kind", tag="cycle", omit_defaults=True
):
    """Records of a key, as they arrive, from one for which `begin` is true to one for which `end` is.

    Or until none has come for `timeout_us`. One of the conditions may be missing; takes neither grace nor `on_late`.
    `max_us`: less than so long lies between the earliest and the latest of them.
    """

    timeout_us: int
    begin: Expression | None = None
    end: Expression | None = None
    max_us: int | None = None


class CalendarWindow(
    msgspec.Struct, frozen=True, forbid_unknown_fields=True, tag_field="kind", tag="calendar", omit_defaults=True
):
    """Hours, days, weeks (from Monday) or months as the calendar of an IANA zone has them.

    `at_us`: when one begins, in microseconds after midnight, ascending; only of days there may be several.
    """

    unit: OneOf["hour", "day", "week", "month"]
    zone: str
    at_us: tuple[int, ...] = (0,)

    @property
    def about_us(self) -> int:
        """How long one is, on average."""
        return {"hour": HOUR, "day": DAY, "week": 7 * DAY, "month": 30 * DAY}[self.unit] // len(self.at_us)


Window = TumblingWindow | SlidingWindow | SessionWindow | CountWindow | CycleWindow | CalendarWindow
