"""The screen: what an agent sends is tried in a process of its own before it is merged here.

The gate refuses in Python whatever is not of the one kind of change that replicas write. What it lets through still
goes into native code, so bytes of a peer meet that code first in a worker with a memory limit and a deadline. If it
dies or is late the message is refused, and the next one gets a new worker: nobody else notices.
"""

from __future__ import annotations

import multiprocessing
import resource
from collections.abc import Callable, Sequence
from multiprocessing.connection import Connection
from multiprocessing.context import SpawnProcess
from pathlib import Path
from typing import NoReturn

from edge_orch.errors import EdgeOrchError, Problem, Refused
from edge_orch.twin.replica import try_changes

MEMORY = 256 << 20
"""Bytes of address space that the worker may take beyond what it begins with."""
DEADLINE_S = 5.0
"""A change takes well below a millisecond; a machine under load gets a thousand times that."""

Trial = Callable[[Sequence[bytes]], None]


class Screen:
    """One worker, started when it is first needed. Called from one thread at a time."""

    def __init__(self, trial: Trial = try_changes, *, memory: int = MEMORY, deadline_s: float = DEADLINE_S) -> None:
        self._trial = trial
        self._memory = memory
        self._deadline_s = deadline_s
        self._worker: tuple[SpawnProcess, Connection] | None = None

    def check(self, changes: Sequence[bytes]) -> None:
        """Raises `Refused` if the changes are not ours, or what became of the worker that tried them."""
        process, connection = self._worker or self._start()
        try:
            connection.send(tuple(changes))
            if not connection.poll(self._deadline_s):
                self._end(f"it was not done after {self._deadline_s:g} s")
            refusal: Problem | None = connection.recv()
        except (EOFError, OSError):
            process.join(1.0)
            self._end(f"it ended with exit code {process.exitcode}")
        if refusal is not None:
            raise Refused(refusal)

    def close(self) -> None:
        """End the worker."""
        if self._worker is not None:
            process, connection = self._worker
            self._worker = None
            connection.close()
            process.kill()
            process.join()

    def _start(self) -> tuple[SpawnProcess, Connection]:
        context = multiprocessing.get_context("spawn")
        ours, theirs = context.Pipe()
        process = context.Process(target=_work, args=(theirs, self._trial, self._memory), name="screen", daemon=True)
        process.start()
        theirs.close()
        self._worker = process, ours
        return self._worker

    def _end(self, how: str) -> NoReturn:
        self.close()
        raise Refused(Problem("changes refused: the process that tried them is gone", found=how))


def _work(connection: Connection, trial: Trial, memory: int) -> None:
    """Try what comes until the other end is closed."""
    _limit(memory)
    while True:
        try:
            changes = connection.recv()
        except EOFError:
            return
        connection.send(_verdict(trial, changes))


def _verdict(trial: Trial, changes: Sequence[bytes]) -> Problem | None:
    try:
        trial(changes)
    except EdgeOrchError as error:
        return error.problems[0]
    except MemoryError:
        return Problem("changes refused: they need too much memory")
    return None


def _limit(memory: int) -> None:
    """The heap may grow by `memory` bytes from here, and a crash leaves no core file."""
    size = int(Path("/proc/self/statm").read_text("ascii").split()[0]) * resource.getpagesize()
    _, hard = resource.getrlimit(resource.RLIMIT_AS)
    wanted = size + memory
    resource.setrlimit(resource.RLIMIT_AS, (wanted if hard == resource.RLIM_INFINITY else min(wanted, hard), hard))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
