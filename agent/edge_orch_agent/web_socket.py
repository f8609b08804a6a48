"""A WebSocket that we open: wsproto knows the protocol, asyncio moves the bytes."""

from __future__ import annotations

import asyncio
import contextlib
from collections import deque

from wsproto import ConnectionType, WSConnection
from wsproto.connection import ConnectionState
from wsproto.events import (
    AcceptConnection,
    BytesMessage,
    CloseConnection,
    Event,
    Ping,
    RejectConnection,
    Request,
)
from wsproto.utilities import ProtocolError

from edge_orch_agent.http_address import Address

READ_BYTES = 64 * 1024
HEARTBEAT_S = 15.0
"""So long nothing may come; then a ping goes out."""
PONG_S = 7.5
"""So long after it nothing may come; then the connection counts as dead."""
CLOSE_S = 1.0


class Declined(ConnectionError):
    """The server answered, but opened no WebSocket. `retry_after_s`: the seconds after which it asks us back, or 0."""

    def __init__(self, status: int, retry_after_s: float) -> None:
        super().__init__(f"status {status}")
        self.status = status
        self.retry_after_s = retry_after_s


class WebSocket:
    """Binary messages, each whole. Use as an asynchronous context manager; one reader and one writer at a time.

    Everything here raises `OSError` when the connection breaks, or the other side breaks the protocol.
    """

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, largest: int) -> None:
        self._reader = reader
        self._writer = writer
        self._largest = largest
        self._protocol = WSConnection(ConnectionType.CLIENT)
        self._arrived: deque[Event] = deque()

    @classmethod
    async def connect(cls, url: str, largest: int) -> WebSocket:
        """`largest`: a longer message breaks the connection. Raises `Declined`, `OSError`, or `ValueError` (no URL)."""
        address = Address.parse(url)
        socket = cls(*await address.connect(), largest)
        headers = [(b"User-Agent", b"edge-orch-agent")]
        if address.authorization:
            headers.append((b"Authorization", address.authorization.encode()))
        request = Request(host=address.authority, target=address.target, extra_headers=headers)
        try:
            await socket._open(request)
        except BaseException:
            socket._writer.close()
            raise
        return socket

    async def __aenter__(self) -> WebSocket:
        return self

    async def __aexit__(self, *_exception: object) -> None:
        await self.close()

    async def receive(self) -> bytes | None:
        """The next message; None once the other side has closed."""
        message = bytearray()
        while True:
            event = await self._next()
            if isinstance(event, BytesMessage):
                message += event.data
                if len(message) > self._largest:
                    raise ConnectionAbortedError(f"a message of more than {self._largest} bytes")
                if event.message_finished:
                    return bytes(message)
            elif isinstance(event, Ping):
                self._write(event.response())
            elif isinstance(event, CloseConnection):
                return None

    async def send(self, message: bytes) -> None:
        """Returns when the network has taken most of it."""
        self._write(BytesMessage(message))
        await self._writer.drain()

    async def close(self) -> None:
        """Say goodbye, and close; whoever waits in `receive` gets None, or an error."""
        with contextlib.suppress(OSError, TimeoutError):
            if self._protocol.state in (ConnectionState.OPEN, ConnectionState.REMOTE_CLOSING):
                self._write(CloseConnection(1000))
            self._writer.close()
            async with asyncio.timeout(CLOSE_S):
                await self._writer.wait_closed()

    async def _open(self, request: Request) -> None:
        self._write(request)
        event = await self._next()
        if isinstance(event, RejectConnection):
            raise Declined(event.status_code, _seconds(event))
        if not isinstance(event, AcceptConnection):
            raise ConnectionResetError("closed before there was an answer")

    async def _next(self) -> Event:
        try:
            while not self._arrived:
                self._protocol.receive_data(await self._read() or None)
                self._arrived.extend(self._protocol.events())
        except ProtocolError as error:
            raise ConnectionAbortedError(str(error)) from error
        return self._arrived.popleft()

    async def _read(self) -> bytes:
        try:
            async with asyncio.timeout(HEARTBEAT_S):
                return await self._reader.read(READ_BYTES)
        except TimeoutError:
            self._write(Ping())
            async with asyncio.timeout(PONG_S):
                return await self._reader.read(READ_BYTES)

    def _write(self, event: Event) -> None:
        try:
            self._writer.write(self._protocol.send(event))
        except ProtocolError as error:
            raise ConnectionAbortedError(str(error)) from error


def _seconds(event: RejectConnection) -> float:
    wish = dict(event.headers).get(b"retry-after", b"").decode(errors="replace")
    return float(wish) if wish.isdecimal() else 0.0
