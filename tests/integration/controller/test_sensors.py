"""The demo's sensors and a mosquitto that has forgotten its subscribers."""

from __future__ import annotations

import asyncio
import contextlib
from pathlib import Path

import pytest
from edge_orch_controller.demo import sensors as sensors_module
from edge_orch_controller.demo.lines import number_of
from edge_orch_controller.demo.sensors import Sensors
from paho.mqtt.client import Client
from paho.mqtt.enums import CallbackAPIVersion

from tests.integration.mosquitto import Mosquitto

pytestmark = pytest.mark.integration


async def test_what_nobody_had_subscribed_to_goes_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sensors_module, "UNHEARD_S", 0.05)
    broker = Mosquitto(tmp_path)
    broker.start()
    sensors = Sensors(broker.port, ["austin"], rate=500, seed=1, presses=8, mqtt_5=True)
    arrived = set()
    late = Client(CallbackAPIVersion.VERSION2)
    late.on_message = lambda _client, _userdata, message: arrived.add(number_of("austin", bytes(message.payload)))
    playing = asyncio.create_task(sensors.run())
    try:
        async with asyncio.timeout(20):
            sensors.begin()
            while len(sensors.published) < 50:
                await asyncio.sleep(0.01)
            sensors.running = False
            late.connect("127.0.0.1", broker.port)
            late.subscribe("factory/+/raw", 1)
            late.loop_start()
            while sensors.unacknowledged or not arrived >= sensors.published.keys():
                await asyncio.sleep(0.01)
    finally:
        playing.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await playing
        late.loop_stop()
        broker.stop()
