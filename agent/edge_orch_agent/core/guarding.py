"""Guarding: what stands around every call into a job's own code, so that it harms nobody but its job."""

from __future__ import annotations

from collections.abc import Callable
from typing import Protocol, TypeVar

import msgspec

from edge_orch_agent.core.settings import Settings

Result = TypeVar("Result")


class Overran(BaseException):
    """A call took more of the processor than a job may take at once.

    No `Exception`, for it is raised at any place inside the call, and must not be taken for a fault of one record.
    """


class Guard(Protocol):
    """The shell's part: it can interrupt a call; the core decides what becomes of the job then."""

    def call(self, job: str, version: int, what: str, function: Callable[[], Result]) -> Result:
        """The function's result. Raises `Overran`, MemoryError, or whatever the function raises.

        `what` names the input: the same for the same input, also in another run of the agent.
        """
        ...

    def cpu_us(self, job: str) -> int:
        """Processor time of all calls for the job in this run, in microseconds."""
        ...


class Unguarded:
    """Calls and no more: where time is virtual and jobs are known."""

    def call(self, job: str, version: int, what: str, function: Callable[[], Result]) -> Result:  # noqa: ARG002
        return function()

    def cpu_us(self, job: str) -> int:  # noqa: ARG002
        return 0


class Crash(msgspec.Struct, frozen=True):
    """The process ended in the middle of a call for this job and version, without a word.

    `in_a_row`: how many processes ended so, one after the other; `on_one_input`: the latest of them with the same
    input in hand. A plug that is pulled, or a kill from outside, leaves the same trace as a job that brings down its
    process; that it hits the same input again and again is what tells them apart.
    """

    job: str
    version: int
    in_a_row: int
    on_one_input: int

    def is_no_chance(self, settings: Settings) -> bool:
        """Whether it has happened so often that the job's code is to blame."""
        return self.on_one_input >= settings.crashes_on_one_input or self.in_a_row >= settings.crashes_in_a_row
