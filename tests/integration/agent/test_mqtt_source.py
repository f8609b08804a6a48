from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterator, Sequence
from pathlib import Path
from typing import Any

import paho.mqtt.client as paho
import pytest
from amqtt.broker import Broker
from edge_orch_agent.sources import mqtt, unacknowledged
from edge_orch_agent.sources.mqtt import MqttSource
from edge_orch_agent.sources.port import SourceAdapter
from paho.mqtt.enums import CallbackAPIVersion
from paho.mqtt.packettypes import PacketTypes
from paho.mqtt.properties import Properties

from tests.contracts.source_contract import DurableSourceContract
from tests.integration.agent.mqtt_plant import NOW, Reader, Sensor, list_of, numbered, subscribed
from tests.integration.mosquitto import Mosquitto, free_port, mosquitto

pytestmark = pytest.mark.integration


@pytest.fixture(autouse=True)
def patience(monkeypatch: pytest.MonkeyPatch) -> None:
    """A stop waits until the broker has seen every acknowledgement: here it goes to its disk for each.

    In earnest a stop gives up after a second, and what comes again is known by the stored position.
    """
    monkeypatch.setattr(mqtt, "PATIENCE_S", 20.0)


@pytest.fixture(autouse=True)
def small_parts(monkeypatch: pytest.MonkeyPatch) -> None:
    """A position of a hundred packets has several parts."""
    monkeypatch.setattr(unacknowledged, "PART_BYTES", 120)


@pytest.fixture
def broker(tmp_path: Path) -> Iterator[Mosquitto]:
    with mosquitto(tmp_path) as running:
        yield running


@pytest.fixture
async def amqtt_url() -> AsyncIterator[str]:
    port = free_port()
    config = {
        "listeners": {"default": {"type": "tcp", "bind": f"127.0.0.1:{port}"}},
        "plugins": {"amqtt.plugins.authentication.AnonymousAuthPlugin": {"allow_anonymous": True}},
    }
    broker = Broker(config)
    await broker.start()
    yield f"mqtt://127.0.0.1:{port}"
    await broker.shutdown()


class TestContract(DurableSourceContract):
    @pytest.fixture
    async def origin(self, broker: Mosquitto) -> AsyncIterator[tuple[str, Sensor]]:
        await subscribed(broker.url)
        sensor = Sensor(broker.port)
        yield broker.url, sensor
        await sensor.close()

    def source(self, origin: Any) -> SourceAdapter:
        url, _ = origin
        return MqttSource(agent="press-1", job="press", broker=url, topics=["factory/+/raw"], qos=1, now=lambda: NOW)

    async def send(self, origin: Any, source: SourceAdapter, records: Sequence[bytes]) -> None:  # noqa: ARG002
        _, sensor = origin
        await sensor.publish("factory/1/raw", list(records))


async def test_reads_every_message_in_order_with_its_topic(broker: Mosquitto) -> None:
    await subscribed(broker.url)
    sensor = Sensor(broker.port)
    await sensor.publish("factory/1/raw", numbered(0, 300))
    await sensor.publish("factory/2/raw", numbered(300, 600))
    reader = await Reader(broker.url).start()
    await reader.until(600)
    by_topic = {
        topic: [payload for event in reader.batches if event.batch.partition == topic for payload in list_of(event)]
        for topic in ("factory/1/raw", "factory/2/raw")
    }
    assert by_topic["factory/1/raw"] == numbered(0, 300)
    assert by_topic["factory/2/raw"] == numbered(300, 600)
    assert all(event.batch.context == {"topic": event.batch.partition} for event in reader.batches)
    positions = [
        (event.batch.position, len(list_of(event))) for event in reader.batches if "1" in event.batch.partition
    ]
    assert [start for start, _ in positions] == [sum(n for _, n in positions[:i]) for i in range(len(positions))]
    await reader.source.stop()
    await sensor.close()


async def test_many_messages_wait_for_one_acknowledgement_though_the_broker_s_own_window_is_small(
    broker: Mosquitto,
) -> None:
    await subscribed(broker.url)
    sensor = Sensor(broker.port)
    await sensor.publish("factory/1/raw", numbered(0, 2000))
    reader = await Reader(broker.url).start()
    await reader.until(2000)  # mosquitto's default window is 20
    await reader.source.stop()
    await sensor.close()


async def test_after_a_crash_behind_the_commit_nothing_is_read_twice_and_nothing_is_missed(broker: Mosquitto) -> None:
    await subscribed(broker.url)
    sensor = Sensor(broker.port)
    await sensor.publish("factory/1/raw", numbered(0, 50))
    await sensor.publish("factory/2/raw", numbered(50, 100))
    first = await Reader(broker.url).start()
    await first.until(100)
    committed = first.positions()  # … and the process dies before it acknowledges
    assert len(committed) > 1  # a part goes on at the end of a batch
    await first.source.stop()
    await sensor.publish("factory/1/raw", numbered(100, 150))
    second = await Reader(broker.url, positions=committed).start()
    await second.until(50)
    assert second.payloads == numbered(100, 150)
    await second.source.stop()
    await sensor.close()


async def test_after_a_crash_before_the_commit_everything_is_read_again(broker: Mosquitto) -> None:
    await subscribed(broker.url)
    sensor = Sensor(broker.port)
    await sensor.publish("factory/1/raw", numbered(0, 100))
    first = await Reader(broker.url).start()
    await first.until(100)
    await first.source.stop()
    second = await Reader(broker.url).start()
    await second.until(100)
    assert second.payloads == numbered(0, 100)
    await second.source.stop()
    await sensor.close()


async def test_what_was_acknowledged_does_not_come_again(broker: Mosquitto) -> None:
    await subscribed(broker.url)
    sensor = Sensor(broker.port)
    await sensor.publish("factory/1/raw", numbered(0, 100))
    first = await Reader(broker.url).start()
    await first.until(100)
    first.acknowledge()
    await first.source.stop()
    await sensor.publish("factory/1/raw", [b"next"])
    second = await Reader(broker.url).start()
    await second.until(1)
    assert second.payloads == [b"next"]
    await second.source.stop()
    await sensor.close()


async def test_a_broker_that_goes_and_comes_back_is_said_once_and_loses_nothing(broker: Mosquitto) -> None:
    await subscribed(broker.url)
    sensor = Sensor(broker.port)
    reader = await Reader(broker.url).start()
    await sensor.publish("factory/1/raw", numbered(0, 10))
    await reader.until(10)
    await sensor.close()
    broker.stop()
    await reader.until_failed()
    broker.start()
    again = Sensor(broker.port)
    await again.publish("factory/1/raw", numbered(10, 20))
    await reader.until(20)
    assert reader.payloads == numbered(0, 20)
    assert len(reader.failures) == 1
    await reader.source.stop()
    await again.close()


async def test_18_a_client_that_takes_over_its_name_costs_nothing(broker: Mosquitto) -> None:
    """The broker throws the reader out, and gives what it had not acknowledged to the intruder, who takes nothing."""
    await subscribed(broker.url)
    sensor = Sensor(broker.port)
    reader = await Reader(broker.url).start()
    await sensor.publish("factory/1/raw", numbered(0, 10))
    await reader.until(10)
    intruder = paho.Client(
        CallbackAPIVersion.VERSION2, client_id="edge-orch-press-1-press", protocol=paho.MQTTv5, manual_ack=True
    )
    properties = Properties(PacketTypes.CONNECT)  # type: ignore[no-untyped-call]
    properties.SessionExpiryInterval = 3_600
    intruder.connect("127.0.0.1", broker.port, clean_start=False, properties=properties)
    intruder.loop_start()
    await reader.until_failed()
    intruder.disconnect()
    await asyncio.to_thread(intruder.loop_stop)
    await sensor.publish("factory/1/raw", numbered(10, 20))
    await reader.until(20)
    assert set(reader.payloads) == set(numbered(0, 20))
    reader.acknowledge()
    await reader.source.stop()
    again = await Reader(broker.url, positions=reader.positions()).start()
    await sensor.publish("factory/1/raw", numbered(20, 21))
    await again.until(1)
    assert again.payloads == numbered(20, 21)
    await again.source.stop()
    await sensor.close()


async def test_topics_no_longer_asked_for_are_left(broker: Mosquitto) -> None:
    await subscribed(broker.url)
    sensor = Sensor(broker.port)
    await sensor.publish("factory/1/raw", [b"old"])
    first = await Reader(broker.url).start()
    await first.until(1)
    first.acknowledge()
    committed = first.positions()
    await first.source.stop()
    second = await Reader(broker.url, topics=("plant/#",), positions=committed).start()
    while not second.payloads:
        await sensor.publish("factory/1/raw", [b"still old"])
        await sensor.publish("plant/1", [b"new"])
        await asyncio.sleep(0.05)
    assert set(second.payloads) == {b"new"}
    await second.source.stop()
    await sensor.close()


async def test_a_broker_that_knows_only_mqtt_3_is_spoken_to_in_mqtt_3(amqtt_url: str) -> None:
    sensor = Sensor(int(amqtt_url.rsplit(":", 1)[1]))
    reader = await Reader(amqtt_url).start()
    while not reader.payloads:  # it waits for the rest of a CONNECT it cannot read, and keeps no anonymous sessions
        await sensor.publish("factory/1/raw", [b"hello"])
        await asyncio.sleep(0.1)
    before = len(reader.payloads)
    await sensor.publish("factory/2/raw", numbered(0, 50))
    await reader.until(before + 50)
    assert [payload for payload in reader.payloads if payload != b"hello"] == numbered(0, 50)
    reader.acknowledge()
    await reader.source.stop()
    await sensor.close()


async def test_an_address_where_nobody_listens_is_reported() -> None:
    reader = await Reader(f"mqtt://127.0.0.1:{free_port()}").start()
    await reader.until_failed()
    assert "refused" in reader.failures[0].reason.lower()
    await reader.source.stop()
