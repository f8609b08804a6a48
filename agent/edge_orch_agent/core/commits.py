"""Commits: one transaction at a time on its way to the store, what may be done once it is there, and the full disk."""

from __future__ import annotations

from enum import IntEnum

import msgspec

from edge_orch.time import Instant
from edge_orch_agent.core.backoff import Backoff
from edge_orch_agent.core.commands import Acknowledge, Command, Commit
from edge_orch_agent.core.events import CommitFailed, Committed
from edge_orch_agent.core.transaction import Transaction
from edge_orch_agent.core.work import Gathered


class Part(IntEnum):
    """What is tried first when there is no room for everything."""

    FREEING = 0
    UPKEEP = 1
    INTAKE = 2
    WHOLE = 3


class Flight(msgspec.Struct):
    """What was gathered, on its way to the store. `sent`: what the store has now; None between two attempts.

    `split`: the disk is full, and its parts go one by one. `part`: the one that is sent, or failed last.
    """

    gathered: Gathered
    ticket: int = 0
    split: bool = False
    part: Part = Part.WHOLE
    sent: Transaction | None = None
    attempt: int = 0
    retry_at: int = 0
    failure: str = ""

    def next_part(self) -> Part:
        """The first part that has anything in it."""
        if not self.split:
            return Part.WHOLE
        return (
            Part.FREEING
            if self.gathered.freeing
            else Part.UPKEEP
            if self.gathered.upkeep or self.gathered.replies
            else Part.INTAKE
        )


class Commits:
    """Holds what is under way.

    A transaction that the store refused is kept and given again: nothing it stands for has been acknowledged, sent or
    delivered, and sources stop by themselves when their acknowledgements do not come.

    On a full disk it falls into its parts, so that what frees space never waits for what needs it. What frees space
    goes first, then upkeep, both as `essential`: they may use the store's reserve. What sources brought waits until
    the store takes it without; until then, whatever else comes up is taken along by `absorb` and not held up by it.
    """

    def __init__(self, backoff: Backoff) -> None:
        self._backoff = backoff
        self.given = 0
        self.flight: Flight | None = None

    @property
    def failure(self) -> str:
        """Why the store does not take the transaction; empty when all is well."""
        return self.flight.failure if self.flight else ""

    @property
    def takes_urgent(self) -> bool:
        """Whether the disk is full, and freeing and upkeep can be absorbed now."""
        return self.flight is not None and self.flight.split and self.flight.sent is None

    def awaits(self, job: str) -> bool:
        """Whether a source of this job waits for the acknowledgement of what is under way."""
        return self.flight is not None and job in self.flight.gathered.receipts

    def holds(self, job: str) -> bool:
        """Whether what is under way brings anything of this job for the outbox."""
        flight = self.flight
        if flight is None:
            return False
        sent = flight.sent.segments if flight.sent else ()
        return flight.gathered.holds(job) or any(segment.stream.job == job for segment in sent)

    def begin(self, gathered: Gathered) -> None:
        """None may be under way."""
        self.flight = Flight(gathered)

    def absorb(self, urgent: Gathered) -> None:
        """Take along what came up meanwhile; only while `takes_urgent`."""
        if self.flight is not None:
            self.flight.gathered.absorb(urgent)

    def give(self, now: Instant) -> list[Command]:
        """What the store should try now: after a failure only when its time has come, or something more urgent has."""
        flight = self.flight
        if flight is None or flight.sent is not None:
            return []
        part = flight.next_part()
        if flight.retry_at > now.mono_us and part >= flight.part:
            return []
        self.given += 1
        flight.ticket, flight.part = self.given, part
        flight.sent = _take(flight.gathered, part)
        return [Commit(flight.ticket, flight.sent, essential=part < Part.INTAKE)]

    def failed(self, event: CommitFailed, now: Instant) -> None:
        """Try again later; for want of room, in parts and at once."""
        flight = self.flight
        if flight is None or flight.ticket != event.ticket or flight.sent is None:
            return
        _put_back(flight.gathered, flight.part, flight.sent)
        flight.sent, flight.failure = None, event.reason
        if event.full and not flight.split:
            flight.split = True
            return
        flight.retry_at = now.mono_us + self._backoff.delay_us(flight.attempt)
        flight.attempt += 1

    def done(self, event: Committed) -> tuple[Transaction, list[Command]]:
        """What is durable now, and what may be told because it is: acknowledgements first, then replies."""
        flight = self.flight
        if flight is None or flight.ticket != event.ticket or flight.sent is None:
            return Transaction(), []
        durable, flight.sent = flight.sent, None
        told: list[Command] = []
        if flight.part >= Part.INTAKE:
            told += [Acknowledge(job, tuple(receipts)) for job, receipts in flight.gathered.receipts.items()]
            self.flight = None
        else:
            flight.retry_at = 0  # there may be room now
        if flight.part in (Part.UPKEEP, Part.WHOLE):
            told += flight.gathered.replies
            flight.gathered.replies = []
        return durable, told

    def wake_at(self) -> int | None:
        """When to try again."""
        flight = self.flight
        return flight.retry_at if flight and flight.sent is None else None


_FIELDS = {Part.FREEING: "freeing", Part.UPKEEP: "upkeep", Part.INTAKE: "intake"}


def _take(gathered: Gathered, part: Part) -> Transaction:
    """The part, taken out: what is absorbed later must not reach what the store is writing."""
    if part is Part.WHOLE:
        whole = Transaction()
        for each in _FIELDS.values():
            whole.add(getattr(gathered, each))
        return whole
    taken: Transaction = getattr(gathered, _FIELDS[part])
    setattr(gathered, _FIELDS[part], Transaction())
    return taken


def _put_back(gathered: Gathered, part: Part, sent: Transaction) -> None:
    if part is not Part.WHOLE:
        sent.add(getattr(gathered, _FIELDS[part]))
        setattr(gathered, _FIELDS[part], sent)
