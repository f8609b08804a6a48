"""People at the machine: their requests and what they are answered, and the live records that they look at.

Each reader has a bounded buffer: whoever reads slowly misses records, which are counted, and nobody waits for them.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections import deque
from collections.abc import AsyncIterator, Callable
from itertools import count

import msgspec

from edge_orch.errors import Invalid
from edge_orch.wire.api import TapView
from edge_orch_agent.core.commands import Reply, Show
from edge_orch_agent.core.events import Event, TapClosed, TapRequested

MOST_BYTES = 256 * 1024
"""What waits for one reader at most."""


class Viewer:
    """The records that wait for one reader."""

    def __init__(self) -> None:
        self._lines: deque[bytes] = deque()
        self._bytes = 0
        self._dropped = 0
        self._ended = ""
        self._arrived = asyncio.Event()

    def put(self, shown: Show) -> None:
        """Keep as many as there is room for, and count the others. Never waits."""
        for line in shown.data.splitlines():
            if self._bytes + len(line) > MOST_BYTES:
                self._dropped += 1
            else:
                self._lines.append(line)
                self._bytes += len(line)
        self._ended = shown.ended
        self._arrived.set()

    async def next(self, wait_s: float) -> TapView:
        """What has come since the last call; empty if nothing came for so long."""
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(wait_s):
                await self._arrived.wait()
        self._arrived.clear()
        view = TapView(tuple(msgspec.Raw(line) for line in self._lines), self._dropped, self._ended)
        self._lines.clear()
        self._bytes = self._dropped = 0
        return view


class People:
    """Hands their requests to the core, and its answers, and what it shows, to them."""

    def __init__(self, handle: Callable[[Event], None], stopping: asyncio.Event) -> None:
        self._handle = handle
        self._stopping = stopping
        self._numbers = count(1)
        self._replies: dict[int, asyncio.Future[Reply]] = {}
        self._viewers: dict[int, Viewer] = {}

    async def request(self, make: Callable[[int], Event]) -> Reply:
        """Hand in a request and wait for its reply."""
        return await self._ask(make, next(self._numbers))

    @contextlib.asynccontextmanager
    async def look(self, job: str, stage: str) -> AsyncIterator[Viewer]:
        """Look at the live records of a stage until the block ends. Raises `Invalid`: no such job or stage."""
        number = next(self._numbers)
        viewer = self._viewers[number] = Viewer()
        try:
            reply = await self._ask(lambda number: TapRequested(number, job, stage), number)
            if reply.problem is not None:
                raise Invalid(reply.problem)
            yield viewer
        finally:
            del self._viewers[number]
            if not self._stopping.is_set():
                self._handle(TapClosed(number))

    def answer(self, command: Reply | Show) -> None:
        """Hand it to whoever asked, if that one still waits."""
        if isinstance(command, Show):
            viewer = self._viewers.get(command.request)
            if viewer is not None:
                viewer.put(command)
            return
        reply = self._replies.get(command.request)
        if reply is not None and not reply.done():
            reply.set_result(command)

    def close(self) -> None:
        """Nobody is answered any more."""
        for reply in self._replies.values():
            reply.cancel()

    async def _ask(self, make: Callable[[int], Event], number: int) -> Reply:
        reply: asyncio.Future[Reply] = asyncio.get_running_loop().create_future()
        self._replies[number] = reply
        try:
            self._handle(make(number))
            return await reply
        finally:
            del self._replies[number]
