"""The shape of every decision-maker: events and time in, commands out; no I/O, clock, randomness or sleep inside.

Events are past tense (`BatchRead`, `LinkUp`, `Committed`), commands imperative (`Commit`, `Send`, `Deliver`). A thin
shell performs commands for real; the simulated world performs them in virtual time.
"""

from __future__ import annotations

from typing import Protocol, TypeVar

from edge_orch.time import Instant

EventT = TypeVar("EventT", contravariant=True)
CommandT = TypeVar("CommandT", covariant=True)


class Machine(Protocol[EventT, CommandT]):
    """A sans-io state machine."""

    def handle(self, event: EventT, now: Instant) -> list[CommandT]:
        """Take one event and say what must be done, in that order."""
        ...

    def wake_at(self) -> int | None:
        """The monotonic microsecond at which to hand in a `Woke` event, or None if only events matter."""
        ...
