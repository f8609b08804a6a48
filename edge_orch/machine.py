"""The shape of every decision-maker: events and time in, commands out; no I/O, clock, randomness or sleep inside.

Events are past tense (`BatchRead`, `LinkUp`, `Committed`), commands imperative (`Commit`, `Send`, `Deliver`). A thin
shell performs commands for real; the simulated world performs them in virtual time.
"""

from __future__ import annotations

from typing import Protocol, TypeVar

from edge_orch.time import Instant

EventT_contra = TypeVar("EventT_contra", contravariant=True)
CommandT = TypeVar("CommandT")


class Machine(Protocol[EventT_contra, CommandT]):
    """A sans-io state machine."""

    def handle(self, event: EventT_contra, now: Instant) -> list[CommandT]:
        """Take one event and say what must be done, in that order."""
        ...

    def wake_at(self) -> int | None:
        """The monotonic microsecond at which to hand in a `Woke` event, or None if only events matter."""
        ...
