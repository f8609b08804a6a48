"""Where records and alerts arrive: an HTTP server on loopback that believes nobody and counts for itself."""

from __future__ import annotations

import zlib
from collections import Counter
from collections.abc import Callable

import msgspec
from aiohttp import web

from edge_orch_controller.demo.lines import PROBE, Number


class _Record(msgspec.Struct):
    site: str
    sensor: str
    seq: int


class _Notice(msgspec.Struct):
    agent: str
    episode: str
    event: str
    summary: str = ""


class Notification(msgspec.Struct, frozen=True):
    """One thing a person was told. `offline`: it came while the agents' link was down."""

    agent: str
    episode: str
    event: str
    summary: str
    offline: bool


class RepetitionDiffers(Exception):
    """Two requests under one idempotency key had different bodies."""


class Account:
    """What arrived, by idempotency key: the same request again is recognised and counted once."""

    def __init__(self) -> None:
        self.records: Counter[Number] = Counter()
        """How often each numbered record arrived."""
        self.probes: set[Number] = set()
        """What arrived of the sensors' probes."""
        self.windows: Counter[str] = Counter()
        """How many aggregate rows of closed windows arrived from each agent."""
        self.notifications: list[Notification] = []
        self.repetitions = 0
        """Requests that were recognised as made before."""
        self._seen: dict[str, int] = {}

    def take_records(self, key: str, body: bytes) -> None:
        """NDJSON of records: their own numbers are counted, the agents' accounts are not asked.

        Raises `RepetitionDiffers`, or `msgspec.MsgspecError` on a body of another shape; then counts nothing.
        """
        if self._is_new(key, body):
            records = _RECORDS.decode_lines(body)
            numbers = [(record.site, record.sensor, record.seq) for record in records]
            self.records.update(number for number in numbers if number[1] != PROBE)
            self.probes.update(number for number in numbers if number[1] == PROBE)
            self._seen[key] = zlib.crc32(body)

    def take_windows(self, key: str, body: bytes) -> None:
        """NDJSON of aggregate rows of closed windows; raises like `take_records`."""
        if self._is_new(key, body):
            agent = key.partition("/")[0]
            self.windows[agent] += len(_WINDOWS.decode_lines(body))
            self._seen[key] = zlib.crc32(body)

    def take_notice(self, key: str, body: bytes, offline: bool) -> None:
        """One notice of an alert; raises like `take_records`."""
        if self._is_new(key, body):
            notice = _NOTICE.decode(body)
            told = Notification(notice.agent, notice.episode, notice.event, notice.summary, offline)
            self.notifications.append(told)
            self._seen[key] = zlib.crc32(body)

    def _is_new(self, key: str, body: bytes) -> bool:
        known = self._seen.get(key)
        if known is None:
            return True
        if known != zlib.crc32(body):
            raise RepetitionDiffers(key)
        self.repetitions += 1
        return False


_RECORDS = msgspec.json.Decoder(_Record)
_WINDOWS = msgspec.json.Decoder(dict[str, object])
_NOTICE = msgspec.json.Decoder(_Notice)


class Receiver:
    """Serves `/records` (the header `X-Stream` tells records from aggregate rows) and `/alerts` on loopback.

    `port` is known after `start`. `offline` says whether the agents' link is down right now.
    """

    def __init__(self, offline: Callable[[], bool]) -> None:
        self.account = Account()
        self.port = 0
        self._offline = offline
        self._runner: web.AppRunner

    async def start(self) -> None:
        """Listen."""
        application = web.Application(client_max_size=64 << 20)
        application.router.add_post("/records", self._records)
        application.router.add_post("/alerts", self._alerts)
        self._runner = web.AppRunner(application, access_log=None, shutdown_timeout=1)
        await self._runner.setup()
        site = web.TCPSite(self._runner, "127.0.0.1", 0)
        await site.start()
        self.port = self._runner.addresses[0][1]

    async def stop(self) -> None:
        """Close every connection."""
        await self._runner.cleanup()

    async def _records(self, request: web.Request) -> web.Response:
        raw = request.headers.get("X-Stream") == "raw"
        return await _answer(request, self.account.take_records if raw else self.account.take_windows)

    async def _alerts(self, request: web.Request) -> web.Response:
        return await _answer(request, lambda key, body: self.account.take_notice(key, body, self._offline()))


async def _answer(request: web.Request, take: Callable[[str, bytes], None]) -> web.Response:
    key = request.headers.get("Idempotency-Key")
    if not key:
        return web.Response(status=400, text="no Idempotency-Key")
    try:
        take(key, await request.read())
    except RepetitionDiffers:
        return web.Response(status=409, text="another body came under this key")
    except msgspec.MsgspecError as error:
        return web.Response(status=422, text=str(error))
    return web.Response(status=204)
