"""The hub on the controller's own server: a WebSocket each agent, at /v1/link."""

from __future__ import annotations

import asyncio
import logging
import secrets
from collections.abc import Callable

from aiohttp import WSCloseCode, WSMsgType, web

from edge_orch.errors import EdgeOrchError, Problem, Refused
from edge_orch.trust.keys import PublicKey
from edge_orch.trust.seal import MAX_SEALED, open_sealed
from edge_orch.wire.link import HubHandler
from edge_orch.wire.messages import SPOKEN, Challenge, Hello, common_protocol, decode_message, encode_message
from edge_orch_controller.links.waiting_room import WaitingRoom

PATH = "/v1/link"
HEARTBEAT_S = 30.0
"""A ping each; without its pong within half of that the connection counts as dead."""
PATIENCE_S = 10.0
HANDSHAKES = 256
"""At a time. Each is cheap, and mostly waits for the other end."""
WAITING = 2048
"""Connections that wait for that in their order; they are through within a few seconds."""
RETRY_AFTER_S, MOST_RETRY_AFTER_S = 10, 30
"""When a whole fleet returns at once, the others are asked to come back within this time, each at a time of its own;
later, the more of them there are. With whom of those that are connected twins are compared first, the core decides."""
QUEUE = 256
"""Messages handed over and not yet written; more are refused, as if the agent were gone."""
NONCE_BYTES = 32
_GONE = {WSMsgType.CLOSE, WSMsgType.CLOSING, WSMsgType.CLOSED, WSMsgType.ERROR}

log = logging.getLogger(__name__)


class _Line:
    """One agent's connection."""

    def __init__(self, socket: web.WebSocketResponse) -> None:
        self.socket = socket
        self.outgoing: asyncio.Queue[bytes] = asyncio.Queue(QUEUE)

    async def write(self) -> None:
        try:
            while True:
                await self.socket.send_bytes(await self.outgoing.get())
        except (ConnectionError, OSError):
            await self.socket.close()  # the reading side ends as well


class WebSocketHub:
    """A `Hub`. Of two connections of one agent the newest counts: the other is a corpse that TCP has not noticed."""

    def __init__(self, key_of: Callable[[str], PublicKey | None]) -> None:
        self._key_of = key_of
        self._handler: HubHandler | None = None
        self._lines: dict[str, _Line] = {}
        self._handshakes = asyncio.Semaphore(HANDSHAKES)
        self._room = WaitingRoom(WAITING, RETRY_AFTER_S, MOST_RETRY_AFTER_S)

    def attach(self, app: web.Application) -> None:
        """Serve `PATH` in this application."""
        app.router.add_get(PATH, self._accept)

    async def run(self, handler: HubHandler) -> None:
        """Let agents in until cancelled; then close all connections."""
        self._handler = handler
        try:
            await asyncio.Event().wait()
        finally:
            self._handler = None
            closing = [
                line.socket.close(code=WSCloseCode.GOING_AWAY, message=b"the controller is stopping")
                for line in self._lines.values()
            ]
            await asyncio.gather(*closing, return_exceptions=True)

    def send(self, agent: str, payload: bytes) -> bool:
        """Hand the payload to the agent's writer; False, and nothing is kept, while it is gone or far behind."""
        line = self._lines.get(agent)
        if line is None or line.outgoing.full():
            return False
        line.outgoing.put_nowait(payload)
        return True

    async def _accept(self, request: web.Request) -> web.StreamResponse:
        if self._handler is None or not self._room.enter():
            within_s = str(self._room.come_back_within_s())
            raise web.HTTPServiceUnavailable(text="busy, come back", headers={"Retry-After": within_s})
        socket = web.WebSocketResponse(heartbeat=HEARTBEAT_S, max_msg_size=MAX_SEALED, timeout=1.0)
        open_ = False
        try:
            async with self._handshakes, asyncio.timeout(PATIENCE_S):
                await socket.prepare(request)
                open_ = True
                agent = await self._introduced(socket)
        except EdgeOrchError as error:
            log.warning("connection from %s refused: %s", request.remote, error)
            await socket.close(code=WSCloseCode.POLICY_VIOLATION, message=error.problems[0].what.encode()[:120])
            return socket
        except (TimeoutError, ConnectionError):
            if not open_:
                return web.Response()  # it has gone while it waited: nobody reads this
            await socket.close()
            return socket
        finally:
            self._room.leave()
        await self._serve(agent, _Line(socket))
        return socket

    async def _introduced(self, socket: web.WebSocketResponse) -> str:
        """The name of the agent at the other end, proven by its answer to a fresh nonce. Raises `EdgeOrchError`."""
        nonce = secrets.token_bytes(NONCE_BYTES)
        await socket.send_bytes(encode_message(Challenge(nonce)))
        answer = await socket.receive()
        if answer.type in _GONE:
            raise ConnectionResetError  # nobody to refuse; when a fleet loses its network there are many of them
        if answer.type is not WSMsgType.BINARY:
            raise Refused(Problem("no answer to the challenge", found=answer.type.name.lower()))
        sealed = open_sealed(answer.data, self._key_of)
        hello = decode_message(sealed.body)
        if not isinstance(hello, Hello) or hello.nonce != nonce or hello.agent != sealed.sender:
            raise Refused(Problem("the answer does not match the challenge", found=sealed.sender))
        if not any(common_protocol((spoken, spoken)) for spoken in hello.protocols):
            expected = f"{SPOKEN[0]} to {SPOKEN[1]}"
            raise Refused(Problem("no common protocol", expected=expected, found=str(hello.protocols)))
        return hello.agent

    async def _serve(self, agent: str, line: _Line) -> None:
        handler = self._handler
        if handler is None:
            await line.socket.close(code=WSCloseCode.GOING_AWAY)
            return
        older = self._lines.get(agent)
        self._lines[agent] = line
        closing = asyncio.create_task(older.socket.close(message=b"connected anew")) if older else None
        writer = asyncio.create_task(line.write())
        try:
            handler.agent_up(agent)
            async for message in line.socket:
                if self._lines.get(agent) is not line:
                    break
                if message.type is WSMsgType.BINARY:
                    handler.message_received(agent, message.data)
        finally:
            writer.cancel()
            if closing is not None:
                closing.cancel()
            if self._lines.get(agent) is line:
                del self._lines[agent]
                handler.agent_down(agent)
