"""Publishes numbered lines to the bus, QoS 1, each exactly once as far as the bus is concerned."""

from __future__ import annotations

import asyncio
import time

from paho.mqtt.client import Client
from paho.mqtt.enums import CallbackAPIVersion

from benchmarks.chaos.job import LAST, PROBE, TOPIC, line

TICK_S = 0.02
TAKEN_WITHIN_S = 60.0


class Publisher:
    """A steady rate between `resume` and `pause`. `sent`: the highest number that went out."""

    def __init__(self, port: int, rate: float) -> None:
        self.begin_s = int(time.time())
        self.sent = 0
        self._rate = rate
        self._running = False
        self._client = Client(CallbackAPIVersion.VERSION2, client_id="chaos-publisher", clean_session=False)
        self._client.max_inflight_messages_set(1_000)
        self._client.max_queued_messages_set(0)
        self._client.reconnect_delay_set(1, 1)
        self._handed = 0
        self._taken = 0
        self._client.on_publish = self._on_publish
        self._client.connect_async("127.0.0.1", port)

    async def run(self) -> None:
        """Publish until cancelled."""
        self._client.loop_start()
        loop = asyncio.get_running_loop()
        try:
            before, debt = loop.time(), 0.0
            while True:
                await asyncio.sleep(TICK_S)
                now = loop.time()
                debt = min(debt + (now - before) * self._rate, self._rate / 4) if self._running else 0.0
                before = now
                for _ in range(int(debt)):
                    self.sent += 1
                    self._send(line(self.sent, self.begin_s))
                debt -= int(debt)
        finally:
            self._client.disconnect()
            self._client.loop_stop()

    def probe(self) -> None:
        """A line that nobody counts: it shows whether the agent listens already."""
        self._send(line(0, self.begin_s, PROBE))

    def last(self) -> None:
        """The line whose event time closes all windows."""
        self._send(line(0, self.begin_s + 86_400, LAST))

    def resume(self) -> None:
        """Go on."""
        self._running = True

    async def pause(self) -> None:
        """Publish no more, and wait until the bus has taken everything.

        Before the bus is restarted, so that what is unsure between publisher and bus does not blur the account of the
        agent. Raises `TimeoutError`.
        """
        self._running = False
        async with asyncio.timeout(TAKEN_WITHIN_S):
            while self._taken < self._handed:
                await asyncio.sleep(TICK_S)

    def _send(self, text: bytes) -> None:
        self._handed += 1
        self._client.publish(TOPIC, text, qos=1)

    def _on_publish(self, *_: object) -> None:
        self._taken += 1  # in paho's one thread, and nowhere else
