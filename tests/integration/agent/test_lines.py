"""Outputs with a `line` through an agent that is alive: each sink is handed the texts as they stand."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.integration.agent.http_receiver import HttpReceiver, http_receiver
from tests.integration.agent.mqtt_plant import Reader
from tests.integration.agent.test_alerts_while_away import Device, until
from tests.integration.mosquitto import mosquitto

pytestmark = pytest.mark.integration
JOB = """
apiVersion: edge-orch/v1
kind: Job
metadata: {{name: press}}
spec:
  source:
    file: {{path: {readings}}}
  steps:
    - schematize: {{raw: {{}}, fields: {{line: string}}}}
    - parse: {{field: line, json: {{}}, fields: {{temp_c: float, note: {{type: string, default: ''}}}}}}
    - map: {{csv: "CAST(temp_c AS string) || ';' || note"}}
  outputs:
    kept: {{from: parse, to: kept, line: line}}
    table: {{from: map, to: table, line: csv}}
    typed: {{from: map, to: typed, line: csv}}
    mixed: {{from: map, to: mixed, line: csv}}
    records: {{from: map, to: mixed}}
    hook: {{from: map, to: hook, line: csv}}
    bus: {{from: map, to: bus, line: csv}}
  sinks:
    kept: {{file: {{path: {kept}}}}}
    table: {{http: {{url: '{url}/table'}}}}
    typed: {{http: {{url: '{url}/typed', headers: {{content-type: text/csv}}}}}}
    mixed: {{http: {{url: '{url}/mixed'}}}}
    hook: {{webhook: {{url: '{url}/hook'}}}}
    bus: {{mqtt: {{topic: factory/9/raw}}}}
"""
LINES = [b'{"temp_c": 21.5, "more": "\xc2\xb0C"}', b'{"temp_c": 90, "note": "a\\nb\\rc \xe2\x80\xa8d"}']
TEXTS = [b"21.5;", b"90.0;a b c \xe2\x80\xa8d"]


def bodies(receiver: HttpReceiver, path: str) -> list[tuple[list[str], bytes]]:
    """Of each request to that path: its content types and what it carried."""
    return [
        ([value for name, value in one.headers.items() if name.lower() == "content-type"], one.body)
        for one in receiver.received
        if one.path.endswith(path)
    ]


async def test_texts_leave_as_they_stand_by_file_http_webhook_and_mqtt(tmp_path: Path) -> None:
    kept = tmp_path / "kept.ndjson"
    with mosquitto(tmp_path) as broker:
        async with http_receiver() as receiver:
            reader = await Reader(broker.url).start()
            words = {"readings": tmp_path / "readings.ndjson", "kept": kept, "url": receiver.url}
            device = Device(tmp_path, JOB.format(**words), bus=broker.url)
            device.readings.write_bytes(b"\n".join([*LINES, b""]))
            async with device.running():
                await reader.until(2)
                await until(lambda: kept.exists() and kept.read_bytes().count(b"\n") == 2)
                await until(lambda: len(receiver.received) == 6)
            await reader.source.stop()
    assert kept.read_bytes() == b"\n".join([*LINES, b""])
    assert reader.payloads == TEXTS
    assert bodies(receiver, "/table") == [(["text/plain; charset=utf-8"], b"\n".join([*TEXTS, b""]))]
    assert bodies(receiver, "/typed") == [(["text/csv"], b"\n".join([*TEXTS, b""]))]
    assert bodies(receiver, "/hook/hook") == [(["text/plain; charset=utf-8"], text) for text in TEXTS]
    assert {content_type for (content_type,), _ in bodies(receiver, "/mixed")} == {"application/x-ndjson"}
