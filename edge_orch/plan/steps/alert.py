"""Rules and their episodes."""

from __future__ import annotations

from typing import Literal as OneOf

import msgspec

from edge_orch.plan.expression import Expression
from edge_orch.plan.schema import Schema


class Quorum(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """At least `at_least` distinct values of `distinct` whose latest record, not older than `within_us`, is true."""

    distinct: str
    at_least: Expression
    within_us: int


class Clear(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """When a firing episode resolves: `when` true for every voter (hysteresis), without a break, for `hold_us`.

    `when` is None for a rule about absence: any record clears it.
    """

    when: Expression | None
    hold_us: int


class SummaryPart(msgspec.Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """Text, or the name of a value put in its place: a field, a parameter, `count`, `key`."""

    text: str = ""
    value: str = ""


class SilenceWindow(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Nobody is notified from `start_us` after midnight in `zone` until `end_us`, beginning on these days.

    `days`: 0 is Monday; none: every day. An end at or before the start lies on the day after.
    """

    days: tuple[int, ...]
    start_us: int
    end_us: int
    zone: str


class Escalation(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Tell these sinks, too, when nobody has acknowledged an episode `after_us` after it was told."""

    after_us: int
    notify: tuple[str, ...]


class Alert(msgspec.Struct, frozen=True, forbid_unknown_fields=True, tag_field="kind", tag="alert"):
    """A rule. One episode per key at a time; `notify` names sinks. An alert passes no records on.

    It has either `when` or `absent_us`: no record of a key for so long. `throttle_us`: of one key, the opening of an
    episode is told at most once in so long.
    """

    name: str
    input: str
    when: Expression | None
    key: tuple[str, ...]
    hold_us: int
    clear: Clear
    severity: OneOf["info", "warning", "error", "critical"]
    summary: tuple[SummaryPart, ...]
    notify: tuple[str, ...]
    schema: Schema
    quorum: Quorum | None = None
    absent_us: int | None = None
    throttle_us: int | None = None
    silence: tuple[SilenceWindow, ...] = ()
    escalate: Escalation | None = None
