"""An alert rule at work: records and time in, episodes opened and resolved out.

Guarantees, for each key of a rule:
 1. `opened` and `resolved` alternate, beginning with `opened`; their times rise strictly.
 2. An episode opens at the event time at which the condition had been met, without a break, for the whole hold.
 3. It resolves at the event time at which the clear condition had held, without a break, for the whole clear-hold.
 4. A NULL condition is not met, a NULL clear condition is not clear, and silence of all voters clears nothing.
 5. What a key's events are depends on that key's records and on the watermark only, never on other keys.
 6. Stopping at any point and restoring a snapshot changes nothing.

A key's clock is the newest event time among its own records and the watermark (looked at only when something is due).
Nothing is skipped between two readings of it: moving a clock stops at each expiry on the way.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable

import msgspec

from edge_orch.engine.alert_agenda import Agenda
from edge_orch.engine.alert_summary import render
from edge_orch.engine.alert_table import ANNOUNCED, Signal, State, next_state
from edge_orch.engine.alert_votes import Votes
from edge_orch.engine.encoding import json_bytes, msgpack_bytes
from edge_orch.engine.records import EpisodeEvent, EpisodeEventKind
from edge_orch.engine.room import ENTRY, TEXT, VALUE, Room, weight
from edge_orch.plan.steps import Alert

Value = bool | int | float | str | None


class Subject(msgspec.Struct, array_like=True):
    """What a rule remembers about one key. `since_us`: when the running hold began."""

    key: tuple[str, ...]
    clock_us: int
    state: State = State.IDLE
    since_us: int = 0
    opened_us: int = 0
    episode: str = ""
    summary: str = ""
    values: dict[str, Value] = {}
    votes: Votes = msgspec.field(default_factory=Votes)


class _Snapshot(msgspec.Struct, array_like=True):
    watermark_us: int | None
    subjects: list[Subject]


class AlertRule:
    """One rule of one job. `params` are the values its summary may name."""

    def __init__(self, step: Alert, job: str, room: Room) -> None:
        self.refused = False
        self._room = room
        self.params: dict[str, Value] = {}
        self._needed = 1
        self._unsettled = False
        self._agenda = Agenda()
        self._step = step
        self._job = job
        self._within_us = step.quorum.within_us if step.quorum else None
        self._fields = len(step.schema.fields)
        self._watermark_us: int | None = None
        self._subjects: dict[tuple[str, ...], Subject] = {}

    @property
    def quorum_needed(self) -> int:
        """How many voters must agree; at least 1. A change takes effect at a key's next record or step of time."""
        return self._needed

    @quorum_needed.setter
    def quorum_needed(self, needed: int) -> None:
        self._needed = max(needed, 1)
        self._unsettled = True

    @property
    def active(self) -> bool:
        """Whether any key has state. While not, a record whose condition is not true may be left unobserved."""
        return bool(self._subjects)

    def observe(  # noqa: PLR0917 -- called from generated code, where keywords would cost
        self,
        time_us: int,
        key: tuple[str, ...],
        voter: str,
        when: bool | None,
        clear: bool | None,
        values: dict[str, Value],
    ) -> list[EpisodeEvent]:
        """Take one record: its event time, key, voter ("" without a quorum) and what the two conditions say of it.

        A key or a voter for which there is no room is not taken: then `refused` is true until the next record.
        """
        self.refused = False
        now_us = time_us if self._watermark_us is None else max(time_us, self._watermark_us)
        subject = self._subjects.get(key)
        if subject is None:
            if when is not True:
                return []
            if not self._room.take(self._weight(key)):
                self.refused = True
                return []
            subject = self._subjects[key] = Subject(key, now_us)
        events = self._pass_time(subject, now_us)
        if self._within_us is None or time_us >= subject.clock_us - self._within_us:
            if voter not in subject.votes.latest and not self._room.take(ENTRY + weight(voter)):
                self.refused = True
                self._keep(subject)
                return events
            subject.votes.cast(voter, time_us, when is True, clear is True)
            if when is True or subject.episode:
                subject.values = values
            events += self._settle(subject)
        self._keep(subject)
        return events

    def advance(self, watermark_us: int) -> list[EpisodeEvent]:
        """No record before `watermark_us` is to be expected any more: let holds and votes expire up to it."""
        if self._watermark_us is None or watermark_us > self._watermark_us:
            self._watermark_us = watermark_us
        events = []
        while (due := self._agenda.take(self._watermark_us)) is not None:
            at_us, key = due
            subject = self._subjects[key]
            events += self._pass_time(subject, at_us)
            self._keep(subject)
        if self._unsettled:
            self._unsettled = False
            for subject in list(self._subjects.values()):
                events += self._pass_time(subject, self._watermark_us)
                events += self._settle(subject)
                self._keep(subject)
        return events

    def deadline(self) -> int | None:
        """The next event time at which time alone may change something; None when nothing is running."""
        return self._agenda.first()

    def snapshot(self) -> bytes:
        """All that the rule remembers."""
        return msgpack_bytes(_Snapshot(self._watermark_us, list(self._subjects.values())))

    def restore(self, data: bytes) -> None:
        """Go on where `snapshot` was taken. Raises `msgspec.DecodeError`, and keeps its state, on any other bytes."""
        snapshot = msgspec.msgpack.decode(data, type=_Snapshot)
        self._watermark_us = snapshot.watermark_us
        self._subjects = {subject.key: subject for subject in snapshot.subjects}
        self._room.used = sum(map(self._weight, self._subjects))
        for subject in snapshot.subjects:
            self._room.used += self._weight_of(subject.votes.latest)
        self._agenda = Agenda()
        for subject in snapshot.subjects:
            self._keep(subject)

    def _pass_time(self, subject: Subject, until_us: int) -> list[EpisodeEvent]:
        """Move the subject's clock forward, never back, settling at each expiry on the way."""
        events: list[EpisodeEvent] = []
        while (at_us := self._next_expiry(subject)) is not None and at_us <= until_us:
            subject.clock_us = at_us
            # A hold that ends at the very moment a vote grows too old was unbroken: it is settled first.
            events += self._settle(subject)
            if self._within_us is not None:
                self._give(subject.votes.drop_before(at_us - self._within_us))
                events += self._settle(subject)
        subject.clock_us = max(subject.clock_us, until_us)
        return events

    def _settle(self, subject: Subject) -> list[EpisodeEvent]:
        """Say to the subject what is true at its clock, until that no longer moves it."""
        events: list[EpisodeEvent] = []
        while (state := next_state(subject.state, self._signal(subject))) is not subject.state:
            kind = ANNOUNCED.get((subject.state, state))
            subject.state = state
            if kind is EpisodeEventKind.OPENED:
                subject.opened_us = subject.clock_us
                subject.episode = episode_id(self._job, self._step.name, subject.key, subject.clock_us)
                subject.summary = render(self._step.summary, self._values(subject))
            else:
                subject.since_us = subject.clock_us
            if kind is not None:
                events.append(self._event(subject, kind))
            if kind is EpisodeEventKind.RESOLVED:
                self._end(subject)
        return events

    def _end(self, subject: Subject) -> None:
        """The next episode needs new records: a rule whose two conditions overlap cannot chase itself."""
        self._give(subject.votes.latest)
        subject.votes, subject.episode, subject.values = Votes(), "", {}

    def _signal(self, subject: Subject) -> Signal:
        votes = subject.votes
        hold_ends = self._hold_ends(subject)
        expired = hold_ends is not None and subject.clock_us >= hold_ends
        if subject.state in (State.IDLE, State.PENDING):
            if votes.met < self._needed:
                return Signal.UNMET
            return Signal.HOLD_EXPIRED if expired else Signal.MET
        if votes.uncleared or not votes.latest:
            return Signal.UNCLEARED
        return Signal.HOLD_EXPIRED if expired else Signal.CLEARED

    def _hold_ends(self, subject: Subject) -> int | None:
        match subject.state:
            case State.PENDING:
                return subject.since_us + self._step.hold_us
            case State.CLEARING:
                # An episode lasts at least a microsecond, so that ids, made of opening times, are unique.
                return max(subject.since_us + self._step.clear.hold_us, subject.opened_us + 1)
            case _:
                return None

    def _next_expiry(self, subject: Subject) -> int | None:
        """When the running hold ends or the oldest vote grows too old, whichever comes first."""
        ends = self._hold_ends(subject)
        if self._within_us is None or not subject.votes.latest:
            return ends
        ages = subject.votes.oldest_us + self._within_us + 1
        return ages if ends is None else min(ends, ages)

    def _keep(self, subject: Subject) -> None:
        """Plan what time will do to a subject, or forget it.

        One that is idle and that nobody votes for is spent. It is kept until the watermark has passed its clock, so
        that no earlier time can come back for its key: ids stay unique.
        """
        spent = subject.state is State.IDLE and not subject.votes.met
        if spent and self._watermark_us is not None and subject.clock_us <= self._watermark_us:
            del self._subjects[subject.key]
            self._room.give(self._weight(subject.key))
            self._give(subject.votes.latest)
            self._agenda.plan(subject.key, None)
        else:
            self._agenda.plan(subject.key, subject.clock_us if spent else self._next_expiry(subject))

    def _weight(self, key: tuple[str, ...]) -> int:
        """Of a subject without its votes: its key, twice, and the fields of a record."""
        return 4 * ENTRY + 2 * weight(key) + self._fields * (TEXT + VALUE)

    def _give(self, voters: Iterable[str]) -> None:
        self._room.give(self._weight_of(voters))

    def _weight_of(self, voters: Iterable[str]) -> int:
        return sum(ENTRY + weight(voter) for voter in voters)

    def _values(self, subject: Subject) -> dict[str, Value]:
        return {**self.params, **subject.values, "count": subject.votes.met, "key": ", ".join(subject.key)}

    def _event(self, subject: Subject, kind: EpisodeEventKind) -> EpisodeEvent:
        return EpisodeEvent(
            episode=subject.episode,
            kind=kind,
            rule=self._step.name,
            key=subject.key,
            at_us=subject.clock_us,
            severity=self._step.severity,
            summary=subject.summary,
            notify=self._step.notify,
            values=self._values(subject),
        )


def episode_id(job: str, rule: str, key: Iterable[str], opened_us: int) -> str:
    """16 hex digits that are the same wherever this episode is computed again."""
    return hashlib.sha256(json_bytes([job, rule, list(key), opened_us])).hexdigest()[:16]
