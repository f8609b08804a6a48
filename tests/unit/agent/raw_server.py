"""A server on loopback that says exactly the bytes it is given, whatever protocol they are of."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager


class RawServer:
    """Each connection gets the next of `scripts`: bytes are said, None waits for a request to end."""

    def __init__(self, *scripts: list[bytes | None]) -> None:
        self._scripts = list(scripts)
        self.heard: list[bytes] = []
        self.connections = 0
        self.port = 0
        self.deserted = asyncio.Event()
        """A client has gone where a request was waited for."""

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.connections += 1
        try:
            for line in self._scripts.pop(0):
                if line is None:
                    self.heard.append(await reader.readuntil(b"\r\n\r\n"))
                else:
                    writer.write(line)
        except asyncio.IncompleteReadError:
            self.deserted.set()
        writer.close()


@asynccontextmanager
async def raw_server(*scripts: list[bytes | None]) -> AsyncIterator[RawServer]:
    raw = RawServer(*scripts)
    async with await asyncio.start_server(raw.serve, "127.0.0.1", 0) as server:
        raw.port = server.sockets[0].getsockname()[1]
        yield raw
