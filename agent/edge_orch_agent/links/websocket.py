"""The link over a WebSocket to the controller's own server: nothing to install."""

from __future__ import annotations

import asyncio
import logging
from urllib.parse import urlsplit, urlunsplit

import aiohttp

from edge_orch.errors import EdgeOrchError, Problem, Refused
from edge_orch.trust.keys import PrivateKey
from edge_orch.trust.seal import MAX_SEALED, seal
from edge_orch.wire.link import LinkHandler
from edge_orch.wire.messages import Challenge, Hello, decode_message, encode_message
from edge_orch_agent.backoff import Backoff
from edge_orch_agent.http_client import HttpClient
from edge_orch_agent.logs import event as line

HEARTBEAT_S = 15.0
"""A ping each; without its pong within half of that the connection counts as dead."""
QUEUEING_S = 30.0
"""For the answer to a new connection: a controller to which a whole fleet returns lets in one after the other."""
PATIENCE_S = 10.0
QUEUE = 256
"""Messages handed over and not yet written; more are refused, as if the link were down."""

log = logging.getLogger(__name__)


def link_url(controller: str) -> str:
    """`http(s)://host:port` → `ws(s)://host:port/v1/link`."""
    parts = urlsplit(controller)
    return urlunsplit(
        (parts.scheme.replace("http", "ws", 1), parts.netloc, parts.path.rstrip("/") + "/v1/link", "", "")
    )


class WebSocketLink:
    """Connects, proves who we are by sealing the server's nonce, then carries opaque payloads."""

    def __init__(
        self, client: HttpClient, controller: str, agent: str, key: PrivateKey, backoff: Backoff | None = None
    ) -> None:
        self._client = client
        self._url = link_url(controller)
        self._agent = agent
        self._key = key
        self._backoff = backoff or Backoff()
        self._outgoing: asyncio.Queue[bytes] | None = None

    async def run(self, handler: LinkHandler) -> None:
        """Keep connected until cancelled. A refusal is tried again, too: the controller may be mended meanwhile."""
        while True:
            asked_s = 0.0
            try:
                await self._connect(handler)
                reason = "the controller closed the connection"
            except aiohttp.WSServerHandshakeError as error:
                reason, asked_s = f"the controller answered {error.status}", _retry_after_s(error)
            except (aiohttp.ClientError, OSError, TimeoutError) as error:
                reason = f"{type(error).__name__}: {error}"
            except EdgeOrchError as error:
                reason = str(error)
            log.info(line("link_unavailable", reason=reason))
            await asyncio.sleep(self._backoff.next_s(asked_s))

    def send(self, payload: bytes) -> bool:
        """Hand the payload to the writer; False, and nothing is kept, while down or far behind."""
        if self._outgoing is None or self._outgoing.full():
            return False
        self._outgoing.put_nowait(payload)
        return True

    async def _connect(self, handler: LinkHandler) -> None:
        async with asyncio.timeout(QUEUEING_S):
            socket = await self._client.session.ws_connect(
                self._url, heartbeat=HEARTBEAT_S, max_msg_size=MAX_SEALED, timeout=aiohttp.ClientWSTimeout(ws_close=1.0)
            )
        async with socket:
            async with asyncio.timeout(PATIENCE_S):
                await self._introduce(socket)
            self._outgoing = asyncio.Queue(QUEUE)
            writer = asyncio.create_task(self._write(socket, self._outgoing), name="link writer")
            handler.link_up()
            try:
                async for message in socket:
                    if message.type is aiohttp.WSMsgType.BINARY:
                        # Only now it is certain that the controller let us in.
                        self._backoff.succeeded()
                        handler.message_received(message.data)
            finally:
                self._outgoing = None
                writer.cancel()
                handler.link_down()

    async def _introduce(self, socket: aiohttp.ClientWebSocketResponse) -> None:
        first = await socket.receive()
        challenge = decode_message(first.data) if first.type is aiohttp.WSMsgType.BINARY else None
        if not isinstance(challenge, Challenge):
            raise Refused(Problem("the controller did not begin with a challenge", found=first.type.name.lower()))
        hello = encode_message(Hello(self._agent, challenge.nonce))
        await socket.send_bytes(seal(self._key, self._agent, hello))

    async def _write(self, socket: aiohttp.ClientWebSocketResponse, outgoing: asyncio.Queue[bytes]) -> None:
        try:
            while True:
                await socket.send_bytes(await outgoing.get())
        except (aiohttp.ClientError, OSError):
            # The reading side ends as well, and reports it.
            await socket.close()


def _retry_after_s(error: aiohttp.WSServerHandshakeError) -> float:
    """The seconds that a busy controller asks for; 0 if it asks for none."""
    wish = error.headers.get("Retry-After", "") if error.headers else ""
    return float(wish) if wish.isdecimal() else 0.0
