"""A sensor on a real broker, and a reader of what a source brings."""

from __future__ import annotations

import asyncio

import paho.mqtt.client as paho
from edge_orch_agent.core.events import BatchRead, SourceFailed
from edge_orch_agent.sources.mqtt import MqttSource
from paho.mqtt.enums import CallbackAPIVersion

from edge_orch.time import Instant
from tests.contracts.source_contract import stored

NOW = Instant(1_700_000_000_000_000, 1_000_000, "boot")


class Sensor:
    """Publishes with QoS 1 and waits until the broker has it."""

    def __init__(self, port: int) -> None:
        self._client = paho.Client(CallbackAPIVersion.VERSION2)
        self._client.max_inflight_messages_set(1000)
        self._client.connect("127.0.0.1", port)
        self._client.loop_start()

    async def publish(self, topic: str, payloads: list[bytes]) -> None:
        handed = [self._client.publish(topic, payload, 1) for payload in payloads]
        for one in handed:
            await asyncio.to_thread(one.wait_for_publish, 10)

    async def close(self) -> None:
        self._client.disconnect()
        await asyncio.to_thread(self._client.loop_stop)


class Reader:
    """Collects what a source reads, and can forget it as a crash would."""

    def __init__(
        self, url: str, topics: tuple[str, ...] = ("factory/+/raw",), positions: dict[str, bytes] | None = None
    ) -> None:
        self.source = MqttSource(agent="press-1", job="press", broker=url, topics=topics, qos=1, now=lambda: NOW)
        self.batches: list[BatchRead] = []
        self.failures: list[SourceFailed] = []
        self._stored = positions or {}
        self._something = asyncio.Event()

    async def start(self) -> Reader:
        await self.source.start(self._stored, self._emit)
        return self

    def _emit(self, event: BatchRead | SourceFailed) -> None:
        (self.batches if isinstance(event, BatchRead) else self.failures).append(event)  # type: ignore[arg-type]
        self._something.set()

    @property
    def payloads(self) -> list[bytes]:
        return [payload for event in self.batches for payload in list_of(event)]

    async def until(self, count: int) -> None:
        async with asyncio.timeout(20):
            while len(self.payloads) < count:
                self._something.clear()
                await self._something.wait()

    async def until_failed(self) -> None:
        async with asyncio.timeout(20):
            while not self.failures:
                self._something.clear()
                await self._something.wait()

    def positions(self) -> dict[str, bytes]:
        return stored(self._stored, self.batches)

    def acknowledge(self) -> None:
        self.source.acknowledge(tuple(event.receipt for event in self.batches))


def list_of(event: BatchRead) -> list[bytes]:
    assert not isinstance(event.batch.payload, bytes)
    return list(event.batch.payload)


def numbered(start: int, stop: int) -> list[bytes]:
    return [b"%d" % number for number in range(start, stop)]


async def subscribed(url: str) -> None:
    """Make the session, so that nothing published from here on is missed; nothing is left in it."""
    reader = await Reader(url).start()
    sensor = Sensor(int(url.rsplit(":", 1)[1]))
    greetings = 0
    while not reader.payloads:
        greetings += 1
        await sensor.publish("factory/0/raw", [b"hello %d" % greetings])
        await asyncio.sleep(0.05)
    while reader.payloads[-1] != b"hello %d" % greetings:
        await reader.until(len(reader.payloads) + 1)
    reader.acknowledge()
    await reader.source.stop()
    await sensor.close()
