"""The sensors of all sites: publish lines to the plant's bus, QoS 1, and remember what they published."""

from __future__ import annotations

import asyncio
import contextlib
import time
from collections import deque
from collections.abc import Sequence
from itertools import cycle

from paho.mqtt.client import Client, ConnectFlags
from paho.mqtt.enums import CallbackAPIVersion, MQTTProtocolVersion
from paho.mqtt.properties import Properties
from paho.mqtt.reasoncodes import ReasonCode

from edge_orch_controller.demo.lines import Line, Number, SiteLines

TICK_S = 0.02
PROBE_S = 0.2
NO_MATCHING_SUBSCRIBERS = 0x10
"""MQTT 5, table 3-4: the reason code of a PUBACK."""
MOST_WAITING = 30_000
"""Lines on their way to the bus; a packet id has only 16 bits."""
UNHEARD_S = 0.3
"""After so long a line that nobody had subscribed to goes again."""
REMEMBERED_S = 5.0
"""So long lines are kept to go again: a broker that is killed may forget what it acknowledged in its last moments."""


class Sensors:
    """Publishes probes until `begin`, then lines at a steady rate while `running`; `fault` makes presses run hot.

    What is published before an agent has subscribed for the first time is nobody's: hence the probes.

    A line is published once, and again only after a lost connection, when nobody can know what became of it: paho
    repeats what was not acknowledged, this class what was acknowledged just before. The job's dedupe step absorbs both.

    With `mqtt_5` the bus says which line nobody had subscribed to: killed before it first saved an agent's session, a
    broker knows no subscription until that agent is back. Such a line waits and goes again.
    """

    def __init__(
        self, port: int, sites: Sequence[str], rate: float, seed: int, presses: int, *, mqtt_5: bool = False
    ) -> None:
        self.published: dict[Number, bool] = {}
        """Every line that went out: its number, and whether it was malformed."""
        self.fault = False
        self.running = False
        self._port = port
        self._rate = rate
        self._sites = [SiteLines(site, seed, presses) for site in sites]
        self._lines = cycle(self._sites)
        self._waiting: dict[int, Line] = {}
        self._taken: deque[tuple[int, bool]] = deque()
        self._unheard: deque[tuple[float, Line]] = deque()
        self._remembered: deque[tuple[float, Line]] = deque()
        self._begun = asyncio.Event()
        self._was_connected = False
        self._reconnected = False
        self._client = (
            Client(CallbackAPIVersion.VERSION2, client_id="plant-sensors", protocol=MQTTProtocolVersion.MQTTv5)
            if mqtt_5
            else Client(CallbackAPIVersion.VERSION2, client_id="plant-sensors", clean_session=False)
        )
        # No limit: with one, paho walks through everything in flight at every acknowledgement.
        self._client.max_inflight_messages_set(0)
        self._client.max_queued_messages_set(0)
        self._client.reconnect_delay_set(1, 2)
        self._client.on_connect = self._on_connect
        self._client.on_publish = lambda _client, _userdata, mid, reason, _properties: self._taken.append(
            (mid, reason.value == NO_MATCHING_SUBSCRIBERS)
        )

    @property
    def unacknowledged(self) -> int:
        """Lines that the bus has not taken yet, or took for nobody."""
        return len(self._waiting) + len(self._unheard)

    async def run(self) -> None:
        """Publish until cancelled."""
        self._client.connect_async("127.0.0.1", self._port)
        self._client.loop_start()
        try:
            await self._probe()
            debt, before = 0.0, time.monotonic()
            while True:
                await asyncio.sleep(TICK_S)
                now = time.monotonic()
                # After a pause of this process the sensors do not hurry to catch up; a bus that is behind gets a rest.
                publishing = self.running and self.unacknowledged < MOST_WAITING
                debt = min(debt + (now - before) * self._rate, self._rate / 4) if publishing else 0.0
                before = now
                self._settle(now)
                while debt >= 1:
                    self._publish(next(self._lines).next(time.time_ns() // 1_000, self.fault))
                    debt -= 1
        finally:
            self._client.disconnect()
            self._client.loop_stop()

    def begin(self) -> None:
        """From probes to lines that count."""
        self.running = True
        self._begun.set()

    async def _probe(self) -> None:
        while not self._begun.is_set():
            for site in self._sites:
                self._send(site.probe(time.time_ns() // 1_000))
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(self._begun.wait(), PROBE_S)

    def _publish(self, line: Line) -> None:
        self.published[line.number] = line.malformed
        self._send(line)

    def _send(self, line: Line) -> None:
        self._waiting[self._client.publish(line.topic, line.text, qos=1).mid] = line

    def _settle(self, now: float) -> None:
        """Move what the bus took from waiting to remembered, forget what is old, repeat it after a lost connection."""
        while self._unheard and self._unheard[0][0] < now - UNHEARD_S:
            self._send(self._unheard.popleft()[1])
        while self._taken:
            mid, unheard = self._taken.popleft()
            line = self._waiting.pop(mid, None)
            if line is not None:
                (self._unheard if unheard and line.number in self.published else self._remembered).append((now, line))
        while self._remembered and self._remembered[0][0] < now - REMEMBERED_S:
            self._remembered.popleft()
        if self._reconnected:
            self._reconnected = False
            again = [line for _, line in self._remembered]
            self._remembered.clear()
            for line in again:
                self._send(line)

    def _on_connect(
        self,
        _client: Client,
        _userdata: object,
        _flags: ConnectFlags,
        _reason: ReasonCode,
        _properties: Properties | None,
    ) -> None:
        # In paho's thread, like `_taken.append`: nothing but a note for `_settle`, so that no lock is needed.
        self._reconnected = self._was_connected
        self._was_connected = True
