from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager

import pytest
from aiohttp import WSMsgType, web
from aiohttp.test_utils import TestServer
from edge_orch_agent import web_socket
from edge_orch_agent.web_socket import Declined, WebSocket

from tests.unit.agent.raw_server import raw_server

LARGEST = 1000


@asynccontextmanager
async def connected(
    talk: Callable[[web.WebSocketResponse], Awaitable[None]], autoping: bool = True
) -> AsyncIterator[WebSocket]:
    async def accept(request: web.Request) -> web.WebSocketResponse:
        response = web.WebSocketResponse(timeout=1.0, autoping=autoping)
        await response.prepare(request)
        await talk(response)
        await response.close()
        return response

    app = web.Application()
    app.router.add_get("/link", accept)
    async with (
        asyncio.timeout(10),
        TestServer(app) as server,
        await WebSocket.connect(f"ws://127.0.0.1:{server.port}/link", LARGEST) as socket,
    ):
        yield socket


async def test_messages_that_arrive_together_are_told_apart_and_then_the_end() -> None:
    async def talk(other: web.WebSocketResponse) -> None:
        for message in (b"a", b"", b"c" * LARGEST):
            await other.send_bytes(message)

    async with connected(talk) as socket:
        assert [await socket.receive() for _ in range(4)] == [b"a", b"", b"c" * LARGEST, None]


async def test_what_we_send_arrives_and_pings_are_answered() -> None:
    heard: list[object] = []

    async def talk(other: web.WebSocketResponse) -> None:
        heard.append(await other.receive_bytes())
        await other.ping(b"there?")
        await other.send_bytes(b"done")
        heard.append((await other.receive()).type)

    async with connected(talk) as socket:
        await socket.send(bytes(range(256)))
        assert await socket.receive() == b"done"
    assert heard == [bytes(range(256)), WSMsgType.CLOSE]


async def test_a_message_beyond_all_measure_breaks_the_connection() -> None:
    async def talk(other: web.WebSocketResponse) -> None:
        await other.send_bytes(b"x" * (LARGEST + 1))

    async with connected(talk) as socket:
        with pytest.raises(ConnectionAbortedError, match="more than 1000 bytes"):
            await socket.receive()


async def test_a_line_that_is_silent_and_answers_no_ping_is_dead(monkeypatch: pytest.MonkeyPatch) -> None:
    over = asyncio.Event()

    async def talk(_other: web.WebSocketResponse) -> None:
        await over.wait()

    async with connected(talk, autoping=False) as socket:
        monkeypatch.setattr(web_socket, "HEARTBEAT_S", 0.0)
        monkeypatch.setattr(web_socket, "PONG_S", 0.0)
        with pytest.raises(TimeoutError):
            await socket.receive()
        over.set()


async def test_a_silent_line_that_answers_pings_lives(monkeypatch: pytest.MonkeyPatch) -> None:
    async def talk(other: web.WebSocketResponse) -> None:
        for _ in range(3):
            message = await other.receive()
            assert message.type is WSMsgType.PING
            await other.pong(message.data)
        await other.send_bytes(b"still here")

    async with connected(talk, autoping=False) as socket:
        monkeypatch.setattr(web_socket, "HEARTBEAT_S", 0.0)
        assert await socket.receive() == b"still here"


@pytest.mark.parametrize(("wish", "seconds"), [(b"7", 7.0), (b"soon", 0.0)])
async def test_a_busy_server_says_when_to_come_back(wish: bytes, seconds: float) -> None:
    busy = b"HTTP/1.1 503 Busy\r\nRetry-After: " + wish + b"\r\nContent-Length: 4\r\n\r\nbusy"
    async with raw_server([None, busy]) as server:
        with pytest.raises(Declined) as caught:
            await WebSocket.connect(f"ws://127.0.0.1:{server.port}/", LARGEST)
    assert (caught.value.status, caught.value.retry_after_s) == (503, seconds)


@pytest.mark.parametrize(
    "said",
    [
        b"",
        b"what?\r\n\r\n",
        b"HTTP/1.1 101 Up\r\nUpgrade: websocket\r\nConnection: upgrade\r\nSec-WebSocket-Accept: no\r\n\r\n",
    ],
)
async def test_what_is_no_web_socket_is_an_error(said: bytes) -> None:
    async with raw_server([None, said]) as server, asyncio.timeout(10):
        with pytest.raises(ConnectionError):
            await WebSocket.connect(f"ws://127.0.0.1:{server.port}/", LARGEST)
