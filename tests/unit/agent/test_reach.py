"""Sources and sinks are tried for real: on loopback, and in folders of the test."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from pathlib import Path

import pytest
from edge_orch_agent.reach import connect

from edge_orch.cli.reaching import Reached, Surroundings
from edge_orch.compile import compile_job

JOB = """
apiVersion: edge-orch/v1
kind: Job
metadata: {{name: job}}
spec:
  source: {source}
  steps: [{{schematize: {{raw: {{}}, fields: {{line: string}}}}}}]
  outputs: {{lines: {{from: schematize, to: mine}}}}
  sinks: {{mine: {sink}}}
"""


@pytest.fixture
def port() -> Iterator[int]:
    """A port at which somebody answers the phone."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        yield int(server.getsockname()[1])


@pytest.fixture
def closed() -> int:
    """A port at which nobody is."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        return int(server.getsockname()[1])


def tried(source: str, sink: str, bus: str | None = None, **labels: str) -> list[Reached]:
    plan = compile_job(JOB.format(source=source, sink=sink), "job.yaml")
    return connect(plan, Surroundings(bus, labels, 2.0))


def test_what_answers_is_reached(port: int, tmp_path: Path) -> None:
    found = tried("{mqtt: {topic: t}}", f"{{http: {{url: 'http://127.0.0.1:{port}/x'}}}}", f"mqtt://127.0.0.1:{port}")
    assert found == [
        Reached("source", "mqtt", f"mqtt://127.0.0.1:{port}"),
        Reached("mine", "http", f"http://127.0.0.1:{port}"),
    ]
    (tmp_path / "in.log").write_text("x")
    files = tried(f"{{file: {{path: {tmp_path}/*.log}}}}", f"{{file: {{path: {tmp_path}/new/out.ndjson}}}}")
    assert [one.problem for one in files] == ["", ""]


def test_what_does_not_is_told_with_the_reason(closed: int, tmp_path: Path) -> None:
    source, sink = tried(f"{{file: {{path: {tmp_path}/no.log}}}}", f"{{http: {{url: 'http://127.0.0.1:{closed}/x'}}}}")
    assert source.problem == "there is no such file"
    assert sink == Reached("mine", "http", f"http://127.0.0.1:{closed}", "Connection refused")


def test_what_only_the_device_knows_is_asked_for(port: int) -> None:
    source, sink = tried("{mqtt: {topic: t}}", "{http: {url: '${label:sink_url}'}}")
    assert "--bus" in source.problem
    assert sink.problem == "this device has no label sink_url: --device-label sink_url=VALUE gives it one"
    _, sink = tried("{mqtt: {topic: t}}", "{http: {url: '${label:sink_url}'}}", sink_url=f"http://127.0.0.1:{port}/")
    assert sink.problem == ""


def test_a_place_to_listen_must_be_free(port: int, closed: int) -> None:
    busy, _ = tried(f"{{tcp: {{listen: '127.0.0.1:{port}'}}}}", "{file: {path: /tmp/x}}")
    assert busy.problem == "Address already in use"
    free, _ = tried(f"{{udp: {{listen: '127.0.0.1:{closed}'}}}}", "{file: {path: /tmp/x}}")
    assert free == Reached("source", "udp", f"127.0.0.1:{closed}")


def test_a_stranger_is_no_tls_server(port: int) -> None:
    _, sink = tried("{mqtt: {topic: t}}", f"{{http: {{url: 'https://127.0.0.1:{port}/x'}}}}")
    assert sink.problem


@pytest.mark.parametrize(
    ("sink", "bus", "problems"),
    [
        ("{file: {path: /tmp/x}}", "localhost", ["no address: localhost, which is like mqtt://HOST:PORT", ""]),
        (
            "{file: {path: /tmp/x}}",
            "mqtt://localhost:99999",
            ["no address: mqtt://localhost:99999, which is like mqtt://HOST:PORT", ""],
        ),
        (
            "{webhook: {url: '${secret:HOOK}'}}",
            None,
            ["it is the device's own bus: give its address by --bus", "an address that the device alone knows"],
        ),
    ],
)
def test_what_is_no_address_is_told(sink: str, bus: str | None, problems: list[str]) -> None:
    assert [one.problem for one in tried("{mqtt: {topic: t}}", sink, bus)] == problems
