from __future__ import annotations

from pathlib import Path

import pytest
from edge_orch_agent.sinks import mqtt
from edge_orch_agent.sinks.mqtt import MqttSink
from edge_orch_agent.sinks.port import Retry

from tests.integration.agent.mqtt_plant import Reader, subscribed
from tests.integration.mosquitto import free_port, mosquitto
from tests.unit.agent.segments import records

pytestmark = pytest.mark.integration


async def test_every_record_is_published_and_acknowledged(tmp_path: Path) -> None:
    with mosquitto(tmp_path) as broker:
        await subscribed(broker.url)
        sink = MqttSink(broker.url, "edge-orch-press-1-sink", "factory/9/raw")
        lines = [b'{"n":%d}' % number for number in range(100)]
        await sink.deliver(records(*lines), "k/1")
        await sink.close()
        reader = await Reader(broker.url).start()
        await reader.until(100)
        assert reader.payloads == lines
        await reader.source.stop()


async def test_a_topic_is_made_of_the_record_and_kept_for_who_comes_later(tmp_path: Path) -> None:
    with mosquitto(tmp_path) as broker:
        sink = MqttSink(broker.url, "edge-orch-press-1-sink", "factory/{n}/raw", retain=True)
        lines = [b'{"n":%d}' % (number % 3) for number in range(9)]
        await sink.deliver(records(*lines), "k/1")
        await sink.close()
        reader = await Reader(broker.url).start()
        await reader.until(3)
        assert sorted(reader.payloads) == sorted(set(lines))
        await reader.source.stop()


async def test_without_a_broker_it_is_tried_again(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(mqtt, "PATIENCE_S", 0.2)
    sink = MqttSink(f"mqtt://127.0.0.1:{free_port()}", "edge-orch-press-1-sink", "t")
    with pytest.raises(Retry, match="did not take"):
        await sink.deliver(records(b"1"), "k/1")
    await sink.close()
