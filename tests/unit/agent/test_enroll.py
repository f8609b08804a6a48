"""Enrolling again, with a new key: the disk was copied, or somebody has the old key."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import msgspec
import pytest
from edge_orch_agent.data_folder import AgentFolder, Enrolment
from edge_orch_agent.enroll import enroll, enroll_again

from edge_orch.cli.main import main
from edge_orch.errors import Unavailable
from edge_orch.trust.keys import PrivateKey
from edge_orch.wire.api import EnrollRequest, EnrollResult

CONTROLLER_KEY = PrivateKey(b"c" * 32).public.hex


class Desk:
    """A controller that lets everybody in, or whose answers get lost."""

    def __init__(self) -> None:
        self.keys: list[str] = []
        self.lost = False
        self.url = ""


@pytest.fixture
def desk() -> Iterator[Desk]:
    desk = Desk()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            request = msgspec.json.decode(body, type=EnrollRequest)
            desk.keys.append(request.public_key)
            if desk.lost:
                return
            answer = msgspec.json.encode(EnrollResult(request.agent, {"site": "austin"}, CONTROLLER_KEY))
            self.send_response(201)
            self.send_header("Content-Length", str(len(answer)))
            self.end_headers()
            self.wfile.write(answer)

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    desk.url = f"http://127.0.0.1:{server.server_address[1]}"
    yield desk
    server.shutdown()
    server.server_close()
    thread.join()


def enrolled(folder: AgentFolder, desk: Desk) -> Enrolment:
    with folder.locked():
        return enroll(folder, desk.url, "t1", "press-1")


def test_the_new_key_takes_the_place_of_the_old_one_and_the_data_stay(desk: Desk, tmp_path: Path) -> None:
    folder = AgentFolder(tmp_path)
    enrolled(folder, desk)
    old = folder.key().public.hex
    (tmp_path / "agent.db").write_bytes(b"data")
    enroll_again(folder, desk.url, "t2", "press-1")
    assert desk.keys == [old, folder.key().public.hex]
    assert folder.key().public.hex != old
    assert (tmp_path / "agent.db").read_bytes() == b"data"


def test_while_the_answer_is_lost_the_old_key_stays_and_the_same_new_one_is_told_again(
    desk: Desk, tmp_path: Path
) -> None:
    folder = AgentFolder(tmp_path)
    enrolled(folder, desk)
    old, desk.lost = folder.key().public.hex, True
    with pytest.raises(Unavailable):
        enroll_again(folder, desk.url, "t2", "press-1")
    assert folder.key().public.hex == old
    desk.lost = False
    enroll_again(folder, desk.url, "t2", "press-1")
    assert desk.keys[1] == desk.keys[2] == folder.key().public.hex


def test_the_command_enrols_again_what_is_this_agents_only(
    desk: Desk, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    arguments = ["agent", "enroll", "--again", "--controller", desk.url, "--token", "t2", "--data", str(tmp_path)]
    assert main([*arguments, "--name", "press-1"]) != 0
    assert "leave --again out" in capsys.readouterr().err
    enrolled(AgentFolder(tmp_path), desk)
    assert main([*arguments, "--name", "press-2"]) != 0
    assert "found: agent press-1" in capsys.readouterr().err
    assert main([*arguments, "--name", "press-1"]) == 0
    assert len(desk.keys) == 2
