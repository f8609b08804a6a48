"""The cable between the agents and the controller: a TCP relay on loopback that can be cut and joined again."""

from __future__ import annotations

import asyncio
import contextlib


class Cable:
    """Listens on `port`. While cut, every connection is torn down, and every new one at once."""

    def __init__(self, target_port: int) -> None:
        self._target_port = target_port
        self._connections: set[asyncio.StreamWriter] = set()
        self._server: asyncio.Server
        self.is_cut = False
        self.port = 0

    async def start(self) -> None:
        """Listen; `port` is known from here on."""
        self._server = await asyncio.start_server(self._relay, "127.0.0.1", 0)
        self.port = self._server.sockets[0].getsockname()[1]

    async def stop(self) -> None:
        """Close everything."""
        self._server.close()
        self.cut()

    def cut(self) -> None:
        """Break every connection in mid-stream."""
        self.is_cut = True
        for writer in self._connections:
            writer.transport.abort()

    def join(self) -> None:
        """Let connections through again."""
        self.is_cut = False

    async def _relay(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        if self.is_cut:
            writer.transport.abort()
            return
        try:
            far_reader, far_writer = await asyncio.open_connection("127.0.0.1", self._target_port)
        except OSError:  # the controller is away: so is the agent's peer
            writer.transport.abort()
            return
        pair = {writer, far_writer}
        self._connections |= pair
        try:
            if not self.is_cut:  # it may have been cut while the far end answered
                await asyncio.gather(_pump(reader, far_writer), _pump(far_reader, writer))
        finally:
            self._connections -= pair
            for end in pair:
                end.transport.abort()


async def _pump(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    with contextlib.suppress(OSError):
        while data := await reader.read(1 << 16):
            writer.write(data)
            await writer.drain()
    writer.close()
