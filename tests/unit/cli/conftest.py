"""A controller made of answers: a real HTTP server on loopback (or a unix socket) that plays back what a test says."""

from __future__ import annotations

import http.server
import socket
import socketserver
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import click.testing
import msgspec
import pytest

from edge_orch.cli.main import main


class FakeServer:
    """Answers by `METHOD /path`, ignoring the query; several answers are given in turn, the last one stays."""

    def __init__(self) -> None:
        self.answers: dict[str, list[tuple[int, bytes]]] = {}
        self.requests: list[tuple[str, str, bytes]] = []
        self.authorization: list[str] = []
        self.url = ""

    def answer(self, request: str, *bodies: object, status: int = 200) -> None:
        encoded = [body if isinstance(body, bytes) else msgspec.json.encode(body) for body in bodies]
        self.answers[request] = [(status, body) for body in encoded]

    def body(self, index: int = -1) -> Any:
        return msgspec.json.decode(self.requests[index][2])

    def handle(self, method: str, target: str, body: bytes, authorization: str) -> tuple[int, bytes]:
        self.requests.append((method, target, body))
        self.authorization.append(authorization)
        answers = self.answers.get(f"{method} {target.partition('?')[0]}")
        if answers is None:
            return 404, msgspec.json.encode({"problems": [{"what": f"nothing at {target}"}]})
        return answers.pop(0) if len(answers) > 1 else answers[0]


def _handler(fake: FakeServer) -> type[http.server.BaseHTTPRequestHandler]:
    class Handler(http.server.BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self._answer()

        def do_POST(self) -> None:
            self._answer()

        def _answer(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
            status, data = fake.handle(self.command, self.path, body, self.headers.get("Authorization") or "")
            self.send_response(status)
            self.send_header("Content-Length", str(len(data)))
            self.end_headers()
            self.wfile.write(data)

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002
            pass

    return Handler


def _serve(server: socketserver.BaseServer) -> Iterator[None]:
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    yield
    server.shutdown()
    server.server_close()
    thread.join()


@pytest.fixture
def controller(monkeypatch: pytest.MonkeyPatch) -> Iterator[FakeServer]:
    """A fake controller that the command line is pointed at."""
    fake = FakeServer()
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), _handler(fake))
    fake.url = f"http://127.0.0.1:{server.server_address[1]}"
    monkeypatch.setenv("EDGE_ORCH_CONTROLLER", fake.url)
    monkeypatch.delenv("EDGE_ORCH_LOCAL", raising=False)
    monkeypatch.delenv("EDGE_ORCH_TOKEN_FILE", raising=False)
    monkeypatch.setenv("EDGE_ORCH_TOKEN", "secret")
    yield from ((fake) for _ in _serve(server))


class _UnixServer(socketserver.ThreadingUnixStreamServer):
    def get_request(self) -> tuple[Any, Any]:
        connection, _ = super().get_request()
        return connection, ("unix", 0)


@pytest.fixture
def local_agent(tmp_path: Path) -> Iterator[tuple[FakeServer, Path]]:
    """A fake agent on the unix socket in a data folder whose path is longer than a socket's address may be."""
    folder = tmp_path / ("deep" * 20) / ("deeper" * 10)
    folder.mkdir(parents=True)
    fake = FakeServer()
    short = tmp_path / "s"
    short.symlink_to(folder)
    server = _UnixServer(str(short / "agent.sock"), _handler(fake))
    yield from ((fake, folder) for _ in _serve(server))


class Answer(msgspec.Struct):
    code: int
    out: str
    err: str


@pytest.fixture
def cli(capfd: pytest.CaptureFixture[str]) -> Any:
    """Run one command line in this process."""

    def run(*args: str) -> Answer:
        code = main(list(args))
        out, err = capfd.readouterr()
        return Answer(code, click.unstyle(out), click.unstyle(err))

    return run


@pytest.fixture
def unused_port() -> int:
    """A port on which nobody listens."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        return int(server.getsockname()[1])
