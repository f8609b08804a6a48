"""The link over a WebSocket to the controller's own server: nothing to install."""

from __future__ import annotations

import asyncio
import logging
from urllib.parse import urlsplit, urlunsplit

from edge_orch.errors import EdgeOrchError, Problem, Refused
from edge_orch.trust.keys import PrivateKey
from edge_orch.trust.seal import MAX_SEALED, seal
from edge_orch.wire.link import LinkHandler
from edge_orch.wire.messages import Challenge, Hello, decode_message, encode_message
from edge_orch_agent.backoff import Backoff
from edge_orch_agent.logs import event as line
from edge_orch_agent.web_socket import Declined, WebSocket

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

    def __init__(self, controller: str, agent: str, key: PrivateKey, backoff: Backoff | None = None) -> None:
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
            except Declined as error:
                reason, asked_s = f"the controller answered {error.status}", error.retry_after_s
            except (OSError, ValueError) as error:
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
        async with asyncio.timeout(PATIENCE_S):
            socket = await WebSocket.connect(self._url, MAX_SEALED)
        async with socket:
            async with asyncio.timeout(PATIENCE_S):
                await self._introduce(socket)
            self._outgoing = asyncio.Queue(QUEUE)
            writer = asyncio.create_task(self._write(socket, self._outgoing), name="link writer")
            handler.link_up()
            try:
                while (message := await socket.receive()) is not None:
                    # Only now it is certain that the controller let us in.
                    self._backoff.succeeded()
                    handler.message_received(message)
            finally:
                self._outgoing = None
                writer.cancel()
                handler.link_down()

    async def _introduce(self, socket: WebSocket) -> None:
        first = await socket.receive()
        challenge = decode_message(first) if first is not None else None
        if not isinstance(challenge, Challenge):
            found = "nothing" if challenge is None else type(challenge).__name__
            raise Refused(Problem("the controller did not begin with a challenge", found=found))
        hello = encode_message(Hello(self._agent, challenge.nonce))
        await socket.send(seal(self._key, self._agent, hello))

    async def _write(self, socket: WebSocket, outgoing: asyncio.Queue[bytes]) -> None:
        try:
            while True:
                await socket.send(await outgoing.get())
        except OSError:
            # The reading side ends as well, and reports it.
            await socket.close()
