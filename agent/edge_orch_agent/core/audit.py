"""Audit: after every start and every commit, whether the ledger balances and everything can still be delivered."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping

from edge_orch.plan.plan import Sink
from edge_orch.time import Instant
from edge_orch_agent.core.alarms import LEDGER, PLAN, STORE, UNDELIVERABLE, WEAR, Alarms, Subject
from edge_orch_agent.core.events import PositionLost
from edge_orch_agent.core.ledger import Key, Ledger
from edge_orch_agent.core.outbox import Outbox
from edge_orch_agent.core.transaction import SegmentInfo, StreamId


class Audit:
    """What does not add up becomes an alarm of the agent's own. Only accounts that have changed are looked at again."""

    def __init__(self, ledger: Ledger, outbox: Outbox, alarms: Alarms) -> None:
        self._ledger = ledger
        self._outbox = outbox
        self._alarms = alarms
        self._gaps: dict[Subject, str] = {}
        self._damaged: set[Subject] = set()

    def store(self, agent: str, report: str, now: Instant) -> None:
        """Tell what was wrong with the store at this start, if anything was."""
        if report:
            self._alarms.tell(STORE, Subject(agent, 0, "store"), report, now)

    def damaged(self, segment: SegmentInfo, now: Instant) -> None:
        """Tell that what waited cannot be read; of each stream once, for a bad card takes many."""
        subject = Subject(segment.stream.job, segment.version, f"{segment.stream.output}/{segment.stream.sink}")
        if subject not in self._damaged:
            self._damaged.add(subject)
            what = (
                f"segment {segment.sequence} of {segment.stream} is damaged or gone, {segment.count} records are lost"
            )
            self._alarms.tell(STORE, subject, f"{what}; `edge-orch dead list` names those that follow", now)

    def position(self, lost: PositionLost, now: Instant) -> None:
        """Tell that a source begins anew."""
        what = f"the stored position of {lost.partition} cannot be read ({lost.reason})"
        summary = f"{what}: {lost.job} reads it from where it can, and records may come twice"
        self._alarms.tell(STORE, Subject(lost.job, 0, lost.partition), summary, now)

    def balance(self, keys: Iterable[Key], now: Instant) -> None:
        """Compare these accounts."""
        for key in keys:
            account, subject = self._ledger.account(key), Subject(*key)
            self._gaps.pop(subject, None)
            if account.gap:
                self._gaps[subject] = (
                    f"the ledger of {account.stream}, version {account.version}, does not balance:"
                    f" {account.gap} of {account.entered} records are unaccounted for"
                )
        self._alarms.show(LEDGER, self._gaps, now)

    def backlog(self, sink_of: Callable[[StreamId], Sink | None], now: Instant) -> None:
        """Look for records that nobody will ever ask for."""
        stuck = {
            Subject(stream.job, head.version, f"{stream.output}/{stream.sink}"): (
                f"records of {stream.output} wait for {stream.sink}, which no version of the job here defines"
            )
            for stream in self._outbox.streams()
            if sink_of(stream) is None and (head := self._outbox.head(stream))
        }
        self._alarms.show(UNDELIVERABLE, stuck, now)

    def plans(self, damaged: Mapping[Subject, str], now: Instant) -> None:
        """Tell which versions cannot run because their stored plan is damaged, for as long as it is so."""
        self._alarms.show(PLAN, damaged, now)

    def wear(self, agent: str, trouble: str, now: Instant) -> None:
        """Tell that the disk will not last, for as long as it is so; an empty `trouble`: it will."""
        troubles = {Subject(agent, 0, "disk"): trouble} if trouble else {}
        self._alarms.show(WEAR, troubles, now, severity="warning")
