"""Every way a server can fail becomes the right error, with a next step."""

from __future__ import annotations

import socket
from pathlib import Path

import pytest

from edge_orch.cli import client as client_module
from edge_orch.cli.client import Client
from edge_orch.errors import EdgeOrchError, Invalid, Refused, StorageError, Unavailable
from edge_orch.wire.api import AckRequest, AckView, JobView
from tests.unit.cli.conftest import FakeServer

JOB = JobView("press", 2, "abc", "2026-01-02T03:04:05Z", "maria", 3, 3)


def test_answers_are_typed_and_the_token_travels(controller: FakeServer) -> None:
    controller.answer("GET /v1/jobs/press", JOB)
    assert Client(controller.url, token="t").get(JobView, "jobs", "press") == JOB
    assert controller.authorization == ["Bearer t"]


def test_paths_and_queries_are_quoted_and_empty_values_left_out(controller: FakeServer) -> None:
    controller.answer("GET /v1/jobs/a%2Fb%3F", JOB)
    Client(controller.url).get(JobView, "jobs", "a/b?", agent="x&y", job="")
    assert controller.requests[-1][1] == "/v1/jobs/a%2Fb%3F?agent=x%26y"


@pytest.mark.parametrize(
    ("status", "kind"),
    [
        (400, Invalid),
        (401, Refused),
        (403, Refused),
        (404, Invalid),
        (409, Invalid),
        (422, Invalid),
        (500, EdgeOrchError),
        (503, Unavailable),
        (507, StorageError),
    ],
)
def test_a_status_decides_the_kind_of_error(controller: FakeServer, status: int, kind: type[EdgeOrchError]) -> None:
    body = {"problems": [{"what": "no", "where": {"file": "a", "line": 1, "column": 2}}, {"what": "never"}]}
    controller.answer("GET /v1/jobs", body, status=status)
    with pytest.raises(EdgeOrchError) as caught:
        Client(controller.url, token="t").get(list[JobView], "jobs")
    assert type(caught.value) is kind
    assert str(caught.value) == "a:1:2: no\nnever"


def test_without_a_token_a_refusal_says_how_to_give_one(controller: FakeServer) -> None:
    controller.answer("GET /v1/jobs", {"problems": [{"what": "who are you?"}]}, status=401)
    with pytest.raises(Refused, match="EDGE_ORCH_TOKEN"):
        Client(controller.url).get(list[JobView], "jobs")


def test_an_error_that_is_not_ours_is_shown_as_it_is(controller: FakeServer) -> None:
    controller.answer("GET /v1/jobs", b"<h1>Bad Gateway</h1>", status=502)
    with pytest.raises(Unavailable, match="502 <h1>Bad Gateway</h1>"):
        Client(controller.url).get(list[JobView], "jobs")


def test_a_stranger_at_the_address_is_recognised(controller: FakeServer) -> None:
    controller.answer("GET /v1/jobs", b"<html>\n  <h1>Not\n found</h1>", status=404)
    with pytest.raises(Invalid, match=r"what answers is no controller at .*\n  found: 404 <html> <h1>Not found</h1>"):
        Client(controller.url).get(list[JobView], "jobs")


@pytest.mark.parametrize("body", [b"", b"[]", b'{"name": 1}', b"\xff"])
def test_an_answer_of_another_shape_is_not_a_bug_of_ours(controller: FakeServer, body: bytes) -> None:
    controller.answer("GET /v1/jobs/press", body)
    with pytest.raises(Unavailable, match="does not understand"):
        Client(controller.url).get(JobView, "jobs", "press")


def test_nobody_there(unused_port: int) -> None:
    with pytest.raises(Unavailable, match=r"cannot reach the controller at .*\n.*refused\n.*controller serve"):
        Client(f"http://127.0.0.1:{unused_port}").get(JobView, "jobs")


def test_a_server_that_never_answers(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(client_module, "TIMEOUT_SECONDS", 0.05)
    with socket.create_server(("127.0.0.1", 0)) as silent:
        port = silent.getsockname()[1]
        with pytest.raises(Unavailable, match=r"no answer within 0\.05 s"):
            Client(f"http://127.0.0.1:{port}").get(JobView, "jobs")


@pytest.mark.parametrize("address", ["ftp://x", "x", "http://", "http://x:port", "http://x:99999", "http://[x"])
def test_an_address_that_is_none(address: str) -> None:
    with pytest.raises(Invalid, match="expected: http://HOST:PORT"):
        Client(address)


def test_the_agents_socket_speaks_the_same_words(local_agent: tuple[FakeServer, Path]) -> None:
    fake, folder = local_agent
    fake.answer("POST /v1/alerts/e1/acks", AckView("maria", "agent", "2026-01-02T03:04:05Z"))
    ack = Client("", local=folder).post(AckRequest(note="seen"), "alerts", "e1", "acks", shape=AckView)
    assert ack.by == "maria"
    assert fake.body() == {"agent": "", "note": "seen"}


def test_what_an_agent_does_not_know_is_the_controllers(local_agent: tuple[FakeServer, Path]) -> None:
    with pytest.raises(Invalid, match="without --local the controller is asked"):
        Client("", local=local_agent[1]).get(list[JobView], "rollouts")


def test_no_agent_in_that_folder(tmp_path: Path) -> None:
    with pytest.raises(Unavailable, match=r"cannot reach the agent at .*\n.*\n.*agent run"):
        Client("", local=tmp_path).get(JobView, "jobs")
    with pytest.raises(Unavailable, match="agent run"):
        Client("", local=tmp_path / "absent").get(JobView, "jobs")
