"""Takes records that others POST: answered 200 when they are durable, so that a sender may forget them."""

from __future__ import annotations

import asyncio
import hashlib
import hmac
from collections.abc import Callable

import msgspec
from aiohttp import web

from edge_orch.engine.records import Batch
from edge_orch.time import Instant
from edge_orch_agent.core.events import BatchRead
from edge_orch_agent.sources.listening import cannot_listen, host_and_port
from edge_orch_agent.sources.port import Emit
from edge_orch_agent.sources.stored_position import decoded
from edge_orch_agent.sources.window import Window

WINDOW = 16 << 20
"""Bytes taken and not durable; beyond it senders are told to come again."""
REQUESTS = 256
"""Requests under way at a time; beyond it senders are told to come again."""
PATIENCE_S = 25.0
"""How long a sender waits for the disk, and the agent for the rest of a body."""
KEYS = 128
"""Idempotency keys that are remembered, the latest."""
PARTITION = "http"
DOCUMENTS = ("application/json", "application/xml", "text/xml")
"""Types of bodies that are a single record."""


class Position(msgspec.Struct, array_like=True):
    """What is stored: how many records came so far, and the digests of the latest keys."""

    count: int = 0
    keys: tuple[bytes, ...] = ()


_decode_position = msgspec.msgpack.Decoder(Position).decode


class HttpSource:
    """One job's port.

    A body is NDJSON, or any other lines; one of the types `DOCUMENTS` is a single record, as is each if they are taken
    `whole`. With an `Idempotency-Key` the same body is taken once, also when the answer to it was lost: of the last
    `KEYS` requests that bore one.
    """

    def __init__(
        self,
        *,
        job: str,
        listen: str,
        path: str,
        token: str | None,
        max_body: int,
        now: Callable[[], Instant],
        whole: bool = False,
    ) -> None:
        self._job = job
        self._listen = listen
        self._path = path
        self._authorization = f"Bearer {token}".encode() if token is not None else None
        self._max_body = max_body
        self._whole = whole
        self._now = now
        self._window = Window(WINDOW)
        self._requests = 0
        self._position = Position()
        self._waiting: dict[int, asyncio.Future[bool]] = {}
        self._fresh: dict[bytes, asyncio.Future[bool]] = {}
        self._stopping = False
        self._emit: Emit
        self._open = False
        self._runner: web.AppRunner

    async def start(self, positions: dict[str, bytes], emit: Emit) -> None:
        """Listen. Raises `Unavailable` where that is not possible."""
        self._emit = emit
        stored = decoded(positions, lambda _partition, position: _decode_position(position))
        self._position = stored.get(PARTITION, self._position)
        host, port = host_and_port(self._listen)
        app = web.Application(client_max_size=self._max_body)
        app.router.add_post(self._path, self._post)
        self._runner = web.AppRunner(app, access_log=None, shutdown_timeout=1.0)
        self._open = True
        await self._runner.setup()
        try:
            await web.TCPSite(self._runner, host, port).start()
        except OSError as error:
            await self._runner.cleanup()
            raise cannot_listen(self._listen, error) from error

    @property
    def port(self) -> int:
        """The port it listens on."""
        number: int = self._runner.addresses[0][1]
        return number

    def acknowledge(self, receipts: tuple[int, ...]) -> None:
        """Answer the senders."""
        self._window.release(receipts)
        for receipt in receipts:
            self._answer(receipt, durable=True)

    async def stop(self) -> None:
        """Stop listening. Who still waits is told to come again."""
        self._stopping = True
        for receipt in list(self._waiting):
            self._answer(receipt, durable=False)
        if self._open:
            await self._runner.cleanup()

    async def _post(self, request: web.Request) -> web.Response:
        if self._authorization is not None:
            given = request.headers.get("Authorization", "").encode()
            if not hmac.compare_digest(given, self._authorization):
                return _refusal(401, "a bearer token is needed: Authorization: Bearer …")
        if self._stopping or self._window.full or self._requests >= REQUESTS:
            return _refusal(429, "too much is under way; come again")
        self._requests += 1
        try:
            async with asyncio.timeout(PATIENCE_S):
                body = await request.read()
            records = _records(body, whole=self._whole or request.content_type in DOCUMENTS)
            if not records:
                return _taken(0)
            return await self._take(records, body, request.headers.get("Idempotency-Key", ""))
        except ConnectionError:  # nobody is left to hear it; raised on, it would be a trace in the log
            return _refusal(400, "the sender went in the middle of its request")
        except TimeoutError:
            return _refusal(503, "the records could not be stored in time; come again")
        finally:
            self._requests -= 1

    async def _take(self, records: list[bytes], body: bytes, key: str) -> web.Response:
        known = hashlib.sha256(key.encode() + b"\0" + body).digest()[:8] if key else b""
        durable = self._fresh.get(known)
        if durable is None:
            if known and known in self._position.keys:
                return _taken(len(records))
            durable = self._hand_on(records, known)
        async with asyncio.timeout(PATIENCE_S):
            if not await asyncio.shield(durable):
                return _refusal(503, "the agent stops; come again")
        return _taken(len(records))

    def _hand_on(self, records: list[bytes], known: bytes) -> asyncio.Future[bool]:
        """Whether it has become durable, once that is known."""
        receipt = self._window.take(records)
        self._waiting[receipt] = durable = asyncio.get_running_loop().create_future()
        first, keys = self._position.count, self._position.keys
        if known:
            keys = (*keys, known)[-KEYS:]
            self._fresh[known] = durable
            durable.add_done_callback(lambda _: self._fresh.pop(known))
        self._position = Position(first + len(records), keys)
        batch = Batch(PARTITION, records, self._now(), first)
        self._emit(BatchRead(self._job, batch, receipt, {PARTITION: msgspec.msgpack.encode(self._position)}))
        return durable

    def _answer(self, receipt: int, *, durable: bool) -> None:
        waiting = self._waiting.pop(receipt, None)
        if waiting is not None:
            waiting.set_result(durable)


def _records(body: bytes, *, whole: bool) -> list[bytes]:
    if whole:
        return [body] if body.strip() else []
    return [line for line in body.split(b"\n") if line.strip()]


def _taken(count: int) -> web.Response:
    return web.json_response({"records": count})


def _refusal(status: int, words: str) -> web.Response:
    headers = {"Retry-After": "1"} if status in (429, 503) else {}
    return web.json_response({"error": words}, status=status, headers=headers)
