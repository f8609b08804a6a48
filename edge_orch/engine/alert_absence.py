"""An alert rule about silence: no record of a key for a time.

It is the rule of `alert` with another question. A key's latest record is its one vote, which neither meets nor hinders
anything and grows too old after `absent`: the condition is met while no vote is left, and clear while there is one.
A key is known from its first record on, and never forgotten: only so can it be missed. A rule without a key misses
records from the time at which it is first told, so that a source which never says anything is missed, too.

A record counts as seen at its event time or at the watermark, whichever is later: so a sensor whose clock is slow is
not missed while it talks.
"""

from __future__ import annotations

from collections.abc import Iterable

from edge_orch.engine.alert import AlertRule, Subject, Value
from edge_orch.engine.alert_table import Signal, State
from edge_orch.engine.records import EpisodeEvent
from edge_orch.engine.room import ENTRY, Room, weight
from edge_orch.plan.steps import Alert


class AbsenceRule(AlertRule):
    """One rule of one job that has `absent` and no `when`."""

    def __init__(self, step: Alert, job: str, absent_us: int, room: Room) -> None:
        super().__init__(step, job, room)
        # A vote counts up to `within`, and a key is missed from `absent` on.
        self._within_us = absent_us - 1

    @property
    def active(self) -> bool:
        """Whether time may change something."""
        return True

    def seen(self, time_us: int, key: tuple[str, ...], values: dict[str, Value]) -> list[EpisodeEvent]:
        """Take one record instead of `observe`: whatever it says, the key is not silent."""
        self.refused = False
        now_us = time_us if self._watermark_us is None else max(time_us, self._watermark_us)
        subject = self._subjects.get(key)
        if subject is None:
            if not self._room.take(self._weight(key)):
                self.refused = True
                return []
            subject = self._subjects[key] = Subject(key, now_us)
        events = self._pass_time(subject, now_us)
        if subject.episode:  # what comes while a key is missed comes after that began, whatever its date says
            events += self._pass_time(subject, subject.opened_us + 1)
        subject.votes.cast("", subject.clock_us, met=False, cleared=True)
        subject.values = values
        events += self._settle(subject)
        self._keep(subject)
        return events

    def advance(self, watermark_us: int) -> list[EpisodeEvent]:
        """See `AlertRule`."""
        if not self._step.key and not self._subjects:
            self._room.used += self._weight(())
            subject = self._subjects[()] = Subject((), watermark_us)
            subject.votes.cast("", watermark_us, met=False, cleared=True)
            self._keep(subject)
        return super().advance(watermark_us)

    def _signal(self, subject: Subject) -> Signal:
        silent = not subject.votes.latest
        hold_ends = self._hold_ends(subject)
        expired = hold_ends is not None and subject.clock_us >= hold_ends
        if subject.state in (State.IDLE, State.PENDING):
            return Signal.UNMET if not silent else Signal.HOLD_EXPIRED if expired else Signal.MET
        return Signal.UNCLEARED if silent else Signal.HOLD_EXPIRED if expired else Signal.CLEARED

    def _end(self, subject: Subject) -> None:
        subject.episode = ""

    def _weight(self, key: tuple[str, ...]) -> int:
        return super()._weight(key) + ENTRY + weight("")

    def _weight_of(self, voters: Iterable[str]) -> int:  # noqa: ARG002 - the one vote of a key is a part of its weight
        return 0

    def _keep(self, subject: Subject) -> None:
        self._agenda.plan(subject.key, self._next_expiry(subject))
