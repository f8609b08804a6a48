"""Commits: one transaction at a time on its way to the store, and what may be done once it is there."""

from __future__ import annotations

import msgspec

from edge_orch.time import Instant
from edge_orch_agent.core.backoff import Backoff
from edge_orch_agent.core.commands import Acknowledge, Command, Commit
from edge_orch_agent.core.events import CommitFailed, Committed
from edge_orch_agent.core.work import Gathered


class Flight(msgspec.Struct):
    """A transaction given to the store. `retry_at` is set while it waits to be given again."""

    ticket: int
    gathered: Gathered
    attempt: int = 0
    retry_at: int | None = None
    failure: str = ""


class Commits:
    """Holds the one transaction that is under way.

    A transaction that the store refused is kept and given again, unchanged: nothing it stands for has been
    acknowledged, sent or delivered, and sources stop by themselves when their acknowledgements do not come.
    """

    def __init__(self, backoff: Backoff) -> None:
        self._backoff = backoff
        self._tickets = 0
        self.flight: Flight | None = None

    @property
    def failure(self) -> str:
        """Why the store does not take the transaction; empty when all is well."""
        return self.flight.failure if self.flight else ""

    def awaits(self, job: str) -> bool:
        """Whether a source of this job waits for the acknowledgement of what is under way."""
        return self.flight is not None and job in self.flight.gathered.receipts

    def holds(self, job: str) -> bool:
        """Whether what is under way brings anything of this job for the outbox."""
        return self.flight is not None and self.flight.gathered.holds(job)

    def give(self, gathered: Gathered) -> Commit:
        """Begin; none may be under way."""
        self._tickets += 1
        self.flight = Flight(self._tickets, gathered)
        return Commit(self._tickets, gathered.transaction)

    def again(self, now: Instant) -> list[Command]:
        """The same transaction once more, if its time has come."""
        flight = self.flight
        if flight is None or flight.retry_at is None or flight.retry_at > now.mono_us:
            return []
        flight.retry_at = None
        return [Commit(flight.ticket, flight.gathered.transaction)]

    def failed(self, event: CommitFailed, now: Instant) -> None:
        """Try again later."""
        flight = self.flight
        if flight is not None and flight.ticket == event.ticket:
            flight.failure = event.reason
            flight.retry_at = now.mono_us + self._backoff.delay_us(flight.attempt)
            flight.attempt += 1

    def done(self, event: Committed) -> Gathered | None:
        """What is durable now; None for a stray ticket."""
        flight = self.flight
        if flight is None or flight.ticket != event.ticket:
            return None
        self.flight = None
        return flight.gathered

    def wake_at(self) -> int | None:
        """When to give the transaction again."""
        return self.flight.retry_at if self.flight else None


def released(gathered: Gathered) -> list[Command]:
    """What may be told to others because `gathered` is durable: acknowledgements first, then replies."""
    acknowledged: list[Command] = [Acknowledge(job, tuple(receipts)) for job, receipts in gathered.receipts.items()]
    return [*acknowledged, *gathered.replies]
