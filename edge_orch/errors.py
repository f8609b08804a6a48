"""What went wrong, where, what was expected, what was found, and what to do next.

Every error that reaches a person is a `Problem`; every exception that carries one is an `EdgeOrchError` whose
class says which exit code the command ends with. A traceback never reaches a user.
"""

from __future__ import annotations

from enum import IntEnum

import msgspec


class ExitCode(IntEnum):
    """Exit codes of the `edge-orch` command; documented in docs/exit-codes.md."""

    OK = 0
    FAILED = 1  # the thing asked about is not well: a test failed, a rollout breached a gate
    USAGE = 2  # the command line is wrong (click's own code)
    INVALID = 3  # a job, a test file, a record or a parameter is wrong
    UNAVAILABLE = 4  # a peer or a port cannot be reached or bound
    REFUSED = 5  # credentials, signature or role do not allow it
    STORAGE = 6  # a data folder is full, unreadable or damaged
    INTERRUPTED = 130


class Location(msgspec.Struct, frozen=True):
    """A place in a text file; `line` and `column` count from 1."""

    file: str
    line: int
    column: int

    def __str__(self) -> str:
        return f"{self.file}:{self.line}:{self.column}"


class Problem(msgspec.Struct, frozen=True, omit_defaults=True):
    """One thing that is wrong, said so that the reader can mend it."""

    what: str
    where: Location | None = None
    expected: str = ""
    found: str = ""
    next_step: str = ""

    def __str__(self) -> str:
        """`file:line:column: what` and, indented below it, expected, found and next where known."""
        head = f"{self.where}: {self.what}" if self.where else self.what
        details = (("expected", self.expected), ("found", self.found), ("next", self.next_step))
        return "\n".join([head, *(f"  {name}: {text}" for name, text in details if text)])


class EdgeOrchError(Exception):
    """Base of every error this project raises on purpose; carries at least one problem."""

    exit_code = ExitCode.FAILED

    def __init__(self, *problems: Problem | str) -> None:
        self.problems = tuple(p if isinstance(p, Problem) else Problem(p) for p in problems)
        super().__init__("\n".join(str(p) for p in self.problems))


class Invalid(EdgeOrchError):
    """What was given is not valid; nothing was changed."""

    exit_code = ExitCode.INVALID


class Unavailable(EdgeOrchError):
    """A peer, a port or a server cannot be reached; trying again later may help."""

    exit_code = ExitCode.UNAVAILABLE


class Refused(EdgeOrchError):
    """The credentials, the signature or the role do not allow it."""

    exit_code = ExitCode.REFUSED


class StorageError(EdgeOrchError):
    """A data folder is full, unreadable or damaged."""

    exit_code = ExitCode.STORAGE
