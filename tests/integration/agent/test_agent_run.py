"""`edge-orch agent` as people start it: real processes, real signals."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

import msgspec
import pytest

from edge_orch.cli.client import Client
from edge_orch.errors import Problem
from edge_orch.trust.keys import PrivateKey
from edge_orch.wire.api import AgentView, EnrollRequest, EnrollResult, ErrorBody
from tests.integration.mosquitto import free_port

pytestmark = pytest.mark.integration
COMMAND = (sys.executable, "-m", "edge_orch.cli.main", "agent")
KEY = PrivateKey.generate().public.hex


class Controller(BaseHTTPRequestHandler):
    """Enrols whoever brings the right token; offers no link."""

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        request = msgspec.json.decode(body, type=EnrollRequest)
        if request.token == "right":
            self._answer(201, EnrollResult(request.agent, {"site": "austin"}, KEY))
        else:
            problem = Problem("this join token is not known", next_step="ask for one")
            self._answer(403, ErrorBody((problem,)))

    def do_GET(self) -> None:
        self._answer(404, ErrorBody((Problem("no link here"),)))

    def _answer(self, status: int, body: msgspec.Struct) -> None:
        data = msgspec.json.encode(body)
        self.send_response(status)
        self.send_header("Content-Length", str(len(data)))
        self.end_headers()
        self.wfile.write(data)

    def log_message(self, *_arguments: object) -> None:
        pass


@pytest.fixture(scope="module")
def controller() -> Iterator[str]:
    with HTTPServer(("127.0.0.1", 0), Controller) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()


def run(*arguments: object) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [*COMMAND, *map(str, arguments)], capture_output=True, text=True, timeout=30, check=False, env={**os.environ}
    )


Start = Callable[..., subprocess.Popen[str]]


@pytest.fixture
def start() -> Iterator[Start]:
    processes: list[subprocess.Popen[str]] = []

    def start_and_wait_until_ready(*arguments: object) -> subprocess.Popen[str]:
        process = subprocess.Popen(
            [*COMMAND, "run", *map(str, arguments)], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
        )
        processes.append(process)
        assert process.stdout is not None
        line = process.stdout.readline()
        assert "ready" in line, process.communicate()[1]
        return process

    yield start_and_wait_until_ready
    for process in processes:
        process.kill()
        process.communicate()


def first_start(controller: str, data: Path, token: str = "right") -> tuple[object, ...]:  # noqa: S107
    return ("--data", data, "--controller", controller, "--token", token, "--name", "press-1")


def test_it_enrols_at_its_first_start_and_answers_on_its_socket(controller: str, start: Start, tmp_path: Path) -> None:
    start(*first_start(controller, tmp_path / "a"))
    (agent,) = Client("", local=tmp_path / "a").get(list[AgentView], "agents")
    assert (agent.name, agent.labels, agent.online) == ("press-1", {"site": "austin"}, False)


def test_a_service_manager_hears_that_it_is_ready_alive_and_ending(
    controller: str, start: Start, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as manager:
        manager.bind(str(tmp_path / "notify"))
        manager.settimeout(10)
        monkeypatch.setenv("NOTIFY_SOCKET", manager.getsockname())
        monkeypatch.setenv("WATCHDOG_USEC", "300000")
        process = start(*first_start(controller, tmp_path / "a"))
        assert manager.recv(4096).startswith(b"READY=1\nSTATUS=agent press-1 ready")
        assert [manager.recv(4096) for _ in range(2)] == [b"WATCHDOG=1"] * 2
        process.send_signal(signal.SIGTERM)
        while (said := manager.recv(4096)) != b"STOPPING=1":
            assert said == b"WATCHDOG=1"
        assert process.wait(timeout=5) == 0


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_signal_ends_it_gracefully(controller: str, start: Start, tmp_path: Path, number: signal.Signals) -> None:
    process = start(*first_start(controller, tmp_path / "a"))
    process.send_signal(number)
    _, errors = process.communicate(timeout=5)
    assert process.returncode == 0
    assert "Traceback" not in errors
    assert not (tmp_path / "a" / "agent.sock").exists()


def test_killed_it_starts_again_with_what_it_had(controller: str, start: Start, tmp_path: Path) -> None:
    process = start(*first_start(controller, tmp_path / "a"))
    process.kill()
    process.wait()
    start("--data", tmp_path / "a")
    assert Client("", local=tmp_path / "a").get(list[AgentView], "agents")[0].name == "press-1"


def test_two_agents_do_not_share_a_folder(controller: str, start: Start, tmp_path: Path) -> None:
    process = start(*first_start(controller, tmp_path / "a"))
    second = run("run", "--data", tmp_path / "a")
    assert second.returncode == 4
    assert f"another agent is running on {tmp_path / 'a'}" in second.stderr
    assert str(process.pid) in second.stderr


def test_enrolling_by_itself(controller: str, tmp_path: Path) -> None:
    arguments = first_start(controller, tmp_path / "a")
    assert "press-1 enrolled" in run("enroll", *arguments).stdout
    again = run("enroll", *arguments)
    assert (again.returncode, again.stderr.splitlines()[0]) == (3, f"error: {tmp_path / 'a'} is enrolled already")


def test_what_keeps_it_from_running_is_said_without_a_traceback(controller: str, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    foreign = tmp_path / "foreign"
    foreign.mkdir()
    (foreign / "thesis.tex").write_text("")
    damaged = tmp_path / "damaged"
    damaged.mkdir()
    (damaged / "agent.json").write_text("{")
    cases: list[tuple[tuple[object, ...], int, str]] = [
        (first_start(controller, tmp_path / "b", "wrong"), 5, "this join token is not known"),
        (first_start(f"http://127.0.0.1:{free_port()}", tmp_path / "b"), 4, "cannot reach the controller"),
        (first_start("ftp://x", tmp_path / "b"), 3, "not a controller's address"),
        (first_start("http://127.0.0.1:port", tmp_path / "b"), 3, "not a controller's address"),
        (("--data", tmp_path / "c"), 3, "is not enrolled"),
        (("--data", tmp_path / "file" / "a"), 6, "cannot use the data folder"),
        (("--data", foreign), 6, "is not an agent's data folder"),
        (("--data", damaged), 6, "is damaged"),
        (("--data", tmp_path / "c", "--bus", "http://x"), 3, "--bus is not the address of a broker"),
        (("--data", tmp_path / "c", "--commit-interval", "soon"), 3, "not a duration"),
    ]
    for arguments, code, words in cases:
        ended = run("run", *arguments)
        assert (ended.returncode, words in ended.stderr) == (code, True), ended.stderr
        assert "Traceback" not in ended.stderr


def test_the_doctor_examines_an_agent_at_work(controller: str, start: Start, tmp_path: Path) -> None:
    process = start(*first_start(controller, tmp_path / "a"))
    command = [sys.executable, "-m", "edge_orch.cli.main", "doctor", "--local", str(tmp_path / "a"), "-o", "json"]
    ended = subprocess.run(command, capture_output=True, text=True, timeout=30, check=False)
    found = {each["check"]: each for each in msgspec.json.decode(ended.stdout)}
    assert found["agent"]["state"] == "ok"
    assert f"process {process.pid}" in found["agent"]["found"]
    assert found["network"]["state"] == "warn"  # the controller answers and offers no link
    assert set(found) == {"agent", "survival", "store", "disk", "wear", "memory", "clock", "network"}
    failing = [each for each in found.values() if each["state"] == "fail"]
    assert ended.returncode == (1 if failing else 0)
