"""`alert: {when: temp_c > :hot_c, hold: 5s, severity: critical, notify: [oncall]}`."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, ClassVar, Literal

from edge_orch.spec.leaves import Choice, Duration, LabelName, Name, PositiveDuration, Sql, Text
from edge_orch.spec.reading import Doc


class Severity(Choice, frozen=True):
    """How bad it is."""

    value: Literal["info", "warning", "error", "critical"]


@dataclass(frozen=True)
class Quorum:
    """Fire only when enough voters agree."""

    distinct: Annotated[Name, Doc("field whose values vote")]
    at_least: Annotated[Sql, Doc("how many must agree: a number or a :parameter")]
    within: Annotated[PositiveDuration, Doc("a vote older than this no longer counts")]


@dataclass(frozen=True)
class Clear:
    """When a firing episode resolves."""

    when: Annotated[Sql | None, Doc("a condition; left out: the alert's own is false")]
    hold: Annotated[Duration, Doc("how long it must last without a break", default="0s")]


@dataclass(frozen=True)
class Alert:
    """A rule with one episode per key at a time. It passes no records on."""

    example: ClassVar[str] = """
alert:
  when: temp_c > 80
  key: [sensor]
  hold: 3s
  clear: {when: temp_c < 75}
  severity: critical
  summary: '{sensor} is at {temp_c} °C'
  notify: [oncall]
"""
    sample: ClassVar[str] = """
{"ts": "2026-01-01T00:00:00Z", "sensor": "press-1", "temp_c": 90.0}
{"ts": "2026-01-01T00:00:05Z", "sensor": "press-1", "temp_c": 91.5}
{"ts": "2026-01-01T00:00:09Z", "sensor": "press-1", "temp_c": 70.0}
"""
    when: Annotated[Sql | None, Doc("a condition; NULL does not fire; every alert has this or `absent`")]
    absent: Annotated[PositiveDuration | None, Doc("instead of `when`: fire when a key has no record for so long")]
    quorum: Annotated[Quorum | None, Doc("how many must agree; left out: each record decides")]
    key: Annotated[tuple[Name, ...], Doc("fields that tell episodes apart", default="[]")]
    hold: Annotated[Duration, Doc("how long the condition must last before it fires", default="0s")]
    clear: Annotated[Clear, Doc("when an episode resolves", default="{}")]
    severity: Annotated[Severity, Doc("info | warning | error | critical", default="warning")]
    summary: Annotated[Text | None, Doc("text with {field}, {parameter}, {count} or {key}; left out: the step's name")]
    notify: Annotated[tuple[LabelName, ...], Doc("sinks to tell", default="[]")]
