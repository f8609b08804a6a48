"""Takes records from whoever connects.

At most once before the commit: nobody is told what has arrived, so what was read and is not durable is lost when the
power goes. What cannot be taken yet waits with its sender.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import cast

from edge_orch.engine.records import Batch
from edge_orch.time import Instant
from edge_orch_agent.core.events import BatchRead
from edge_orch_agent.sources.framing import FRAMINGS, Framing
from edge_orch_agent.sources.listening import cannot_listen, host_and_port
from edge_orch_agent.sources.port import Emit
from edge_orch_agent.sources.stored_position import decoded
from edge_orch_agent.sources.window import Window

WINDOW = 4 << 20
"""Bytes handed in and not durable; beyond it nothing is read from any connection."""
CONNECTIONS = 256
"""More are turned away."""
PARTITION = "count"
"""The key of this source's one position: how many records came so far."""


class TcpSource:
    """One job's listening socket."""

    def __init__(self, *, job: str, listen: str, framing: str, now: Callable[[], Instant]) -> None:
        self._job = job
        self._listen = listen
        self._framing = FRAMINGS[framing]
        self._now = now
        self._window = Window(WINDOW)
        self._connections: set[_Connection] = set()
        self._count = 0
        self._emit: Emit
        self._open = False
        self._server: asyncio.Server

    async def start(self, positions: dict[str, bytes], emit: Emit) -> None:
        """Listen. Raises `Unavailable` where that is not possible."""
        self._emit = emit
        self._count = decoded(positions, lambda _partition, count: int(count)).get(PARTITION, 0)
        host, port = host_and_port(self._listen)
        try:
            self._server = await asyncio.get_running_loop().create_server(
                lambda: _Connection(self, self._framing()), host, port
            )
        except OSError as error:
            raise cannot_listen(self._listen, error) from error
        self._open = True

    @property
    def port(self) -> int:
        """The port it listens on."""
        number: int = self._server.sockets[0].getsockname()[1]
        return number

    def acknowledge(self, receipts: tuple[int, ...]) -> None:
        """Room for more."""
        self._window.release(receipts)
        if not self._window.full:
            for connection in self._connections:
                connection.transport.resume_reading()

    async def stop(self) -> None:
        """Close every connection."""
        self._emit = lambda _event: None
        if not self._open:
            return
        self._server.close()
        for connection in list(self._connections):
            connection.transport.abort()
        await self._server.wait_closed()

    def connected(self, connection: _Connection) -> bool:
        """Whether there is room for one more."""
        if len(self._connections) >= CONNECTIONS:
            return False
        self._connections.add(connection)
        if self._window.full:
            connection.transport.pause_reading()
        return True

    def lost(self, connection: _Connection) -> None:
        """It has ended."""
        self._connections.discard(connection)

    def take(self, sender: str, records: list[bytes]) -> None:
        """Hand on what one of them has sent."""
        if not records:
            return
        receipt = self._window.take(records)
        batch = Batch(sender, records, self._now(), self._count)
        self._count += len(records)
        self._emit(BatchRead(self._job, batch, receipt, {PARTITION: b"%d" % self._count}))
        if self._window.full:
            for connection in self._connections:
                connection.transport.pause_reading()


class _Connection(asyncio.Protocol):
    """One sender."""

    def __init__(self, source: TcpSource, framing: Framing) -> None:
        self._source = source
        self._framing = framing
        self._sender = ""
        self.transport: asyncio.Transport

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.transport = cast("asyncio.Transport", transport)
        self._sender = str((transport.get_extra_info("peername") or ("unknown",))[0])
        if not self._source.connected(self):
            self.transport.abort()

    def data_received(self, data: bytes) -> None:
        self._source.take(self._sender, self._framing.feed(data))

    def eof_received(self) -> None:
        self._source.take(self._sender, self._framing.finish())

    def connection_lost(self, exc: Exception | None) -> None:  # noqa: ARG002 (asyncio's signature)
        self._source.lost(self)
