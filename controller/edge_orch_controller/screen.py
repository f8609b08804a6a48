"""The screen: what an agent sends is read and tried in a process of its own before it is merged here.

The gate refuses in Python whatever is not of the one kind of change that replicas write. What it lets through still
goes into native code, so bytes of a peer meet that code first in a worker with a memory limit and a deadline
(`screen_worker`). What the worker has read comes back with its verdict, so that nothing is read twice. If it dies or is
late, what it was at is refused, and a new worker goes on with the next: nobody else notices.
"""

from __future__ import annotations

import asyncio
import multiprocessing
import socket
from asyncio import Future, StreamReader, StreamWriter
from collections import deque
from collections.abc import Sequence
from multiprocessing.context import SpawnProcess

import msgspec

from edge_orch.errors import Problem, Refused
from edge_orch.twin.document import tried
from edge_orch.twin.gate import Inspected
from edge_orch_controller.screen_worker import MAX_VERDICT, MEMORY, Trial, decode_verdict, encode_changes, work

DEADLINE_S = 5.0
"""A change takes well below a millisecond; a machine under load gets a thousand times that."""
QUEUE = 32 << 20
"""Bytes of changes that may wait for the worker. What comes beyond is refused; its agent will say it again."""


class _Case(msgspec.Struct, eq=False):
    frame: bytes
    verdict: Future[tuple[Inspected, ...]]


class Screen:
    """One worker, started when it is first needed; it takes cases in their order. Lives on one event loop.

    Cases are handed over as they come, not when the one before is answered, so that both processes work at once. The
    worker answers each before it begins the next: the one it dies of is the first that has no answer.
    """

    def __init__(self, trial: Trial = tried, *, memory: int = MEMORY, deadline_s: float = DEADLINE_S) -> None:
        self._trial = trial
        self._memory = memory
        self._deadline_s = deadline_s
        self._cases: deque[_Case] = deque()
        self._bytes = 0
        self._some = asyncio.Event()
        self._writer: StreamWriter | None = None
        self._serving: asyncio.Task[None] | None = None

    async def read(self, changes: Sequence[bytes]) -> tuple[Inspected, ...]:
        """What the gate reads in the changes. Raises `Refused` if they are not ours, or what became of the worker."""
        case = _Case(encode_changes(changes), asyncio.get_running_loop().create_future())
        if self._bytes + len(case.frame) > QUEUE:
            raise Refused(Problem("changes refused: too many wait to be tried", found=f"{self._bytes} bytes"))
        self._bytes += len(case.frame)
        self._cases.append(case)
        self._some.set()
        if self._writer is not None:
            self._writer.write(case.frame)
        if self._serving is None:
            self._serving = asyncio.create_task(self._serve(), name="screen")
        return await case.verdict

    async def close(self) -> None:
        """End the worker; whoever waits is refused."""
        if self._serving is not None:
            self._serving.cancel()
            await asyncio.gather(self._serving, return_exceptions=True)
        while self._cases:
            self._refuse("the controller is stopping")

    async def _serve(self) -> None:
        """One worker after another; each ends with a case that it could not answer."""
        while True:
            await self._some.wait()
            ours, theirs = socket.socketpair()
            context = multiprocessing.get_context("spawn")
            process = context.Process(target=work, args=(theirs, self._trial, self._memory), name="screen", daemon=True)
            try:
                with theirs:
                    await asyncio.to_thread(process.start)
                reader, self._writer = await asyncio.open_unix_connection(sock=ours)
                self._writer.writelines(case.frame for case in self._cases)
                how = await self._answers(reader) or await asyncio.to_thread(_exit_of, process)
            except OSError as error:
                how = f"it could not be started: {error}"
            finally:
                ours.close() if self._writer is None else self._writer.transport.abort()
                self._writer = None
                if process.pid is not None:
                    process.kill()
                    process.join()
            self._refuse(how)

    async def _answers(self, reader: StreamReader) -> str:
        """Hand on what the worker finds, until it is too late or gone; how it was ended, empty if it ended itself."""
        try:
            while True:
                await self._some.wait()
                async with asyncio.timeout(self._deadline_s):
                    size = int.from_bytes(await reader.readexactly(4), "big")
                    verdict = decode_verdict(await reader.readexactly(min(size, MAX_VERDICT)))
                case = self._next()
                if case.verdict.done():
                    pass  # nobody waits for it any more
                elif isinstance(verdict, Problem):
                    case.verdict.set_exception(Refused(verdict))
                else:
                    case.verdict.set_result(verdict)
        except TimeoutError:
            return f"it was not done after {self._deadline_s:g} s"
        except (asyncio.IncompleteReadError, ConnectionError):
            return ""
        except msgspec.MsgspecError as error:
            return f"it answered what cannot be read: {error}"

    def _next(self) -> _Case:
        case = self._cases.popleft()
        self._bytes -= len(case.frame)
        if not self._cases:
            self._some.clear()
        return case

    def _refuse(self, how: str) -> None:
        """The first case ends without a verdict."""
        case = self._next()
        if not case.verdict.done():
            problem = Problem("changes refused: the process that tried them is gone", found=how)
            case.verdict.set_exception(Refused(problem))


def _exit_of(process: SpawnProcess) -> str:
    process.join(1.0)
    return f"it ended with exit code {process.exitcode}"
