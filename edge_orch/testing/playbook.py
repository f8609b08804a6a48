"""A playbook: what a machine is told and what it must command, in one expression, with a readable diff.

    assert Playbook(machine) >> LinkUp() << Send(hello) >> Woke() << None

`>>` hands in an event, `<<` expects the next command; `<< None` (or the next `>>`) expects that there is no more.
`at(instant)` sets the time of the events after it. The idea is mitmproxy's.
"""

from __future__ import annotations

from difflib import ndiff
from typing import Any, Generic, TypeVar

from edge_orch.machine import Machine
from edge_orch.testing.clock import Clock
from edge_orch.time import Instant

EventT = TypeVar("EventT")
CommandT = TypeVar("CommandT")


class Playbook(Generic[EventT, CommandT]):
    """Runs the machine as it is written, and is true; or raises AssertionError at the first surprise."""

    def __init__(self, machine: Machine[EventT, CommandT], now: Instant | None = None) -> None:
        self._machine = machine
        self._now = now or Clock("playbook").read(0)
        self._pending: list[Any] = []
        self._expected: list[str] = []
        self._happened: list[str] = []

    def at(self, now: Instant) -> Playbook[EventT, CommandT]:
        """From here on it is this late."""
        self._now = now
        return self

    def after(self, duration_us: int) -> Playbook[EventT, CommandT]:
        """From here on it is `duration_us` later than before."""
        return self.at(self._now.after(duration_us))

    def __rshift__(self, event: EventT) -> Playbook[EventT, CommandT]:
        """Hand in an event, once every command of the one before has been expected."""
        self._check(not self._pending)
        self._pending = list(self._machine.handle(event, self._now))
        self._expected.append(f">> {event}")
        self._happened.append(f">> {event}")
        return self

    def __lshift__(self, command: CommandT | None) -> Playbook[EventT, CommandT]:
        """Expect exactly this command next; None: no command."""
        if command is None:
            self._check(not self._pending)
            return self
        self._expected.append(f"<< {command}")
        matches = bool(self._pending) and self._pending[0] == command
        self._check(matches)
        self._happened.append(f"<< {self._pending.pop(0)}")
        return self

    def __bool__(self) -> bool:
        """True when the last event commanded nothing beyond what was expected."""
        self._check(not self._pending)
        return True

    def _check(self, fine: bool) -> None:
        if fine:
            return
        happened = [*self._happened, *(f"<< {command}" for command in self._pending)]
        raise AssertionError("the machine left the playbook:\n" + "\n".join(ndiff(self._expected, happened)))
