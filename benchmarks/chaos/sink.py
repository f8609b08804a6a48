"""The HTTP sink that can be told to misbehave, and that remembers every line it ever took."""

from __future__ import annotations

import zlib
from collections import Counter
from collections.abc import Callable
from enum import Enum

import msgspec
from aiohttp import web
from edge_orch_controller.demo.bus import free_port


class Manner(Enum):
    """How requests are answered."""

    WELL = "takes everything"
    REFUSES = "answers 503 and takes nothing"
    FORGETS = "takes everything and answers 500"


class Line(msgspec.Struct):
    """A record of the output `lines`."""

    n: int


class Total(msgspec.Struct, frozen=True):
    """A record of the output `totals`: one closed window of one key."""

    window_start: str
    key: str
    count: int
    total: int


class Taken:
    """What arrived, and how often. The same request under the same idempotency key counts once, as documented."""

    def __init__(self) -> None:
        self.lines: Counter[int] = Counter()
        self.totals: Counter[Total] = Counter()
        self.repetitions = 0
        self.changed: set[str] = set()
        """Idempotency keys under which another body came later: a promise broken."""
        self._seen: dict[str, int] = {}

    def take(self, path: str, key: str, body: bytes) -> None:
        """One request; raises `msgspec.MsgspecError` on a body of another shape."""
        checksum = zlib.crc32(body)
        known = self._seen.get(key)
        if known is not None:
            self.repetitions += 1
            if known != checksum:
                self.changed.add(key)
            return
        if path == "/lines":
            self.lines.update(line.n for line in _LINES.decode_lines(body))
        else:
            self.totals.update(_TOTALS.decode_lines(body))
        self._seen[key] = checksum


_LINES = msgspec.json.Decoder(Line)
_TOTALS = msgspec.json.Decoder(Total)


class Sink:
    """Serves on loopback, always on the same port. `on_request` is called when a request is in and not yet taken,
    `on_answer` when its answer is about to leave."""

    def __init__(self) -> None:
        self.taken = Taken()
        self.manner = Manner.WELL
        self.port = free_port()
        self.on_request: Callable[[], None] = _nothing
        self.on_answer: Callable[[], None] = _nothing
        self._runner: web.AppRunner | None = None

    async def start(self) -> None:
        """Listen."""
        application = web.Application(client_max_size=64 << 20)
        application.router.add_post("/{stream}", self._handle)
        self._runner = web.AppRunner(application, access_log=None, shutdown_timeout=0.1)
        await self._runner.setup()
        await web.TCPSite(self._runner, "127.0.0.1", self.port, reuse_address=True).start()

    async def stop(self) -> None:
        """Close every connection and the port."""
        if self._runner is not None:
            await self._runner.cleanup()
            self._runner = None

    async def _handle(self, request: web.Request) -> web.Response:
        body = await request.read()
        self.on_request()
        if self.manner is Manner.REFUSES:
            return web.Response(status=503)
        self.taken.take(request.path, request.headers["Idempotency-Key"], body)
        self.on_answer()
        return web.Response(status=500 if self.manner is Manner.FORGETS else 204)


def _nothing() -> None:
    """Nobody wants to know."""
