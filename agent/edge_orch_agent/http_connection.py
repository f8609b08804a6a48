"""One connection to an HTTP server: h11 knows the protocol, asyncio moves the bytes."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping

import h11
import msgspec

from edge_orch_agent.http_address import Address

READ_BYTES = 64 * 1024


class Answer(msgspec.Struct, frozen=True):
    """What a server said."""

    status: int
    body: bytes

    @property
    def excerpt(self) -> str:
        """The beginning of the body, for messages to people."""
        return " ".join(self.body[:200].decode(errors="replace").split())


class HttpConnection:
    """Carries one request after the other."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._reader = reader
        self._writer = writer
        self._http = h11.Connection(h11.CLIENT)

    @property
    def reusable(self) -> bool:
        """Whether another request may follow, as far as can be seen from here."""
        idle = self._http.our_state is h11.IDLE and self._http.their_state is h11.IDLE
        return idle and not self._reader.at_eof() and not self._writer.is_closing()

    async def exchange(
        self, method: str, address: Address, headers: Mapping[str, str], data: bytes | None, largest: int
    ) -> Answer:
        """The final answer, read whole. Raises `h11.ProtocolError`, also for a body above `largest`, or `OSError`."""
        self._send(h11.Request(method=method, target=address.target, headers=_lines(address, headers, data)))
        if data:
            self._send(h11.Data(data))
        self._send(h11.EndOfMessage())
        # Nothing waits for the network to take it all: a server may answer, and refuse, before it has read the body.
        status, body = 0, bytearray()
        while not isinstance(event := await self._next(), h11.EndOfMessage):
            if isinstance(event, h11.Response):
                status = event.status_code
            elif isinstance(event, h11.Data):
                body += event.data
                if len(body) > largest:
                    raise h11.RemoteProtocolError(f"an answer of more than {largest} bytes")
            elif isinstance(event, h11.ConnectionClosed):
                raise ConnectionResetError("closed before there was an answer")
        if self._http.our_state is self._http.their_state is h11.DONE:
            self._http.start_next_cycle()
        return Answer(status, bytes(body))

    def close(self) -> None:
        """Give the connection up."""
        self._writer.close()

    def _send(self, event: h11.Event) -> None:
        self._writer.write(self._http.send(event) or b"")

    async def _next(self) -> h11.Event | type[h11.NEED_DATA] | type[h11.PAUSED]:
        while (event := self._http.next_event()) is h11.NEED_DATA:
            self._http.receive_data(await self._reader.read(READ_BYTES))
        return event


def _lines(address: Address, headers: Mapping[str, str], data: bytes | None) -> list[tuple[bytes, bytes]]:
    own = {"Host": address.authority, "User-Agent": "edge-orch-agent", "Accept": "*/*"}
    if address.authorization:
        own["Authorization"] = address.authorization
    if data is not None:
        own["Content-Length"] = str(len(data))
    given = {name.lower() for name in headers}
    lines = [(name, text) for name, text in own.items() if name.lower() not in given]
    return [(name.encode(), text.encode()) for name, text in (*lines, *headers.items())]
