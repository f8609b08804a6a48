"""The HTTP sink: counts numbered records and times alerts."""

from __future__ import annotations

import time
import zlib
from collections import Counter

import msgspec
from aiohttp import web

PAUSE_S = 0.5


class _Record(msgspec.Struct):
    n: int


class _Alert(msgspec.Struct):
    event: str
    key: list[str]


_RECORDS = msgspec.json.Decoder(_Record)
_ALERT = msgspec.json.Decoder(_Alert)


class Sink:
    """Serves `/records` and `/alerts` on loopback. `port` is known after `start`."""

    def __init__(self) -> None:
        self.records: Counter[int] = Counter()
        self.bytes = 0
        self.alerts: dict[str, float] = {}
        """When the opening of each sensor's episode arrived, on the monotonic clock."""
        self.arrived = 0.0
        """When records arrived after a pause of more than half a second, on the clock that runs since boot."""
        self._latest = 0.0
        self.bulk_bytes = 0
        self.bulk_crc = 0
        self.port = 0
        self._runner: web.AppRunner

    async def start(self) -> None:
        """Listen."""
        application = web.Application(client_max_size=64 << 20)
        application.router.add_post("/records", self._take_records)
        application.router.add_post("/alerts", self._take_alert)
        application.router.add_post("/bulk", self._take_bulk)
        self._runner = web.AppRunner(application, access_log=None, shutdown_timeout=0.1)
        await self._runner.setup()
        await web.TCPSite(self._runner, "127.0.0.1", 0).start()
        self.port = self._runner.addresses[0][1]

    async def stop(self) -> None:
        """Close."""
        await self._runner.cleanup()

    async def _take_records(self, request: web.Request) -> web.Response:
        body = await request.read()
        now = time.clock_gettime(time.CLOCK_BOOTTIME)
        if now - self._latest > PAUSE_S:
            self.arrived = now
        self._latest = now
        self.records.update(record.n for record in _RECORDS.decode_lines(body))
        self.bytes += len(body)
        return web.Response(status=204)

    async def _take_bulk(self, request: web.Request) -> web.Response:
        # As it comes: what the receiver does besides slows the agent down where both share a physical core.
        size, crc = 0, self.bulk_crc
        async for part in request.content.iter_any():
            size += len(part)
            crc = zlib.crc32(part, crc)
        self.bulk_bytes += size
        self.bulk_crc = crc
        return web.Response(status=204)

    async def _take_alert(self, request: web.Request) -> web.Response:
        arrived = time.monotonic()
        body = await request.read()
        alert = _ALERT.decode(body)
        self.bytes += len(body)
        if alert.event == "opened":
            self.alerts.setdefault(alert.key[0], arrived)
        return web.Response(status=204)
