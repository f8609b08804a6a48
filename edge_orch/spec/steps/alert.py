"""`alert: {when: temp_c > :hot_c, hold: 5s, severity: critical, notify: [oncall]}`."""

from __future__ import annotations

from typing import Annotated, ClassVar, Literal

from edge_orch.spec.amounts import Duration, PositiveDuration
from edge_orch.spec.leaves import Choice, LabelName, Name, Sql, Text
from edge_orch.spec.model import Model
from edge_orch.spec.reading import Doc
from edge_orch.spec.time_of_day import TimeOfDay


class Severity(Choice, frozen=True):
    """How bad it is."""

    value: Literal["info", "warning", "error", "critical"]
    elsewhere: ClassVar[dict[str, str]] = {
        **dict.fromkeys(("low", "notice", "debug"), "info"),
        **dict.fromkeys(("warn", "medium", "minor"), "warning"),
        **dict.fromkeys(("err", "high", "major"), "error"),
        **dict.fromkeys(("crit", "fatal", "alert", "emergency", "urgent"), "critical"),
    }


class Quorum(Model, frozen=True):
    """Fire only when enough voters agree."""

    distinct: Annotated[Name, Doc("field whose values vote")]
    at_least: Annotated[Sql, Doc("how many must agree: a number or a :parameter")]
    within: Annotated[PositiveDuration, Doc("a vote older than this no longer counts")]


class Clear(Model, frozen=True):
    """When a firing episode resolves."""

    when: Annotated[Sql | None, Doc("a condition; left out: the alert's own is false")]
    hold: Annotated[Duration, Doc("how long it must last without a break", default="0s")]


class Day(Choice, frozen=True):
    """A day of the week."""

    value: Literal["mon", "tue", "wed", "thu", "fri", "sat", "sun"]
    elsewhere: ClassVar[dict[str, str]] = {
        **{f"{day}day": day for day in ("mon", "fri", "sun")},
        **{"tuesday": "tue", "wednesday": "wed", "thursday": "thu", "saturday": "sat"},
        **{"weekend": "sat, sun", **dict.fromkeys(("weekdays", "mon-fri"), "mon, tue, wed, thu, fri")},
    }


class Silence(Model, frozen=True):
    """A time of the week in which nobody is notified."""

    days: Annotated[tuple[Day, ...], Doc("days on which it begins; left out: every day", default="[]")]
    start: Annotated[TimeOfDay, Doc("when it begins", default="00:00", key="from")]
    to: Annotated[TimeOfDay, Doc("when it ends; not after `from`: on the day after", default="24:00")]
    zone: Annotated[Text, Doc("an IANA zone", default="UTC")]


class Escalate(Model, frozen=True):
    """Whom to tell as well when nobody acknowledges."""

    after: Annotated[PositiveDuration, Doc("how long after the episode was told")]
    notify: Annotated[tuple[LabelName, ...], Doc("sinks to tell")]


class Alert(Model, frozen=True):
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
    throttle: Annotated[PositiveDuration | None, Doc("of one key, tell at most one opening in so long")]
    silence: Annotated[tuple[Silence, ...], Doc("times of the week in which nobody is told", default="[]")]
    escalate: Annotated[Escalate | None, Doc("whom to tell as well when nobody acknowledges in time")]

    @property
    def told(self) -> tuple[LabelName, ...]:
        """Every sink that it names, where it does."""
        return (*self.notify, *(self.escalate.notify if self.escalate else ()))
