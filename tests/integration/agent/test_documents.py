"""Documents through an agent that is alive: XML on several lines by HTTP, MessagePack by MQTT and UDP."""

from __future__ import annotations

import asyncio
import socket
from pathlib import Path

import aiohttp
import msgspec
import pytest

from tests.integration.agent.mqtt_plant import Sensor
from tests.integration.agent.test_alerts_while_away import Device, until
from tests.integration.mosquitto import free_port, mosquitto

pytestmark = pytest.mark.integration
JOB = """
apiVersion: edge-orch/v1
kind: Job
metadata: {{name: press}}
spec:
  source: {source}
  steps:
    - schematize: {schematize}
  outputs: {{kept: {{from: schematize, to: kept}}}}
  sinks: {{kept: {{file: {{path: {kept}}}}}}}
"""
XML = "{xml: {}, fields: {id: {type: int, path: r.@id}, unit: {type: string, path: r.unit}}}"
MSGPACK = "{msgpack: {}, fields: {n: int, unit: string}}"
RECORD = {"unit": "°C", "n": 10}
PACKED = msgspec.msgpack.encode(RECORD)
"""It ends with a line break."""
assert PACKED.endswith(b"\n")


def records(kept: Path) -> list[dict[str, object]]:
    return [msgspec.json.decode(line) for line in kept.read_bytes().splitlines()] if kept.exists() else []


async def post(session: aiohttp.ClientSession, url: str, body: bytes) -> object:
    """The answer, once somebody listens."""
    while True:
        try:
            async with session.post(url, data=body) as answer:
                return await answer.json()
        except aiohttp.ClientConnectorError:
            await asyncio.sleep(0.02)


async def test_a_body_of_xml_is_one_record_in_its_own_encoding(tmp_path: Path) -> None:
    kept, port = tmp_path / "kept.ndjson", free_port()
    source = f"{{http: {{listen: '127.0.0.1:{port}'}}}}"
    device = Device(tmp_path, JOB.format(source=source, schematize=XML, kept=kept))
    document = "<?xml version='1.0' encoding='ISO-8859-1'?>\n<r id='7'>\n  <unit>°C</unit>\n</r>\n".encode("iso-8859-1")
    async with device.running(), asyncio.timeout(60), aiohttp.ClientSession() as session:
        for body in (document, b"<r>\n"):
            assert await post(session, f"http://127.0.0.1:{port}/ingest", body) == {"records": 1}
        await until(lambda: records(kept))
    assert records(kept) == [{"id": 7, "unit": "°C"}]


async def test_a_message_of_messagepack_is_a_record(tmp_path: Path) -> None:
    kept = tmp_path / "kept.ndjson"
    with mosquitto(tmp_path) as broker:
        job = JOB.format(source="{mqtt: {topic: a}}", schematize=MSGPACK, kept=kept)
        sensor = Sensor(broker.port)
        async with Device(tmp_path, job, bus=broker.url).running(), asyncio.timeout(60):
            while not records(kept):  # until it has subscribed they are lost
                await sensor.publish("a", [PACKED])
        await sensor.close()
    assert records(kept)[0] == RECORD


async def test_a_datagram_of_messagepack_is_a_record_to_its_last_byte(tmp_path: Path) -> None:
    kept, port = tmp_path / "kept.ndjson", free_port()
    job = JOB.format(source=f"{{udp: {{listen: '127.0.0.1:{port}'}}}}", schematize=MSGPACK, kept=kept)
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sender:

        def arrived() -> bool:
            sender.sendto(PACKED, ("127.0.0.1", port))  # until the port is open they are lost
            return bool(records(kept))

        async with Device(tmp_path, job).running():
            await until(arrived)
    assert records(kept)[0] == RECORD
