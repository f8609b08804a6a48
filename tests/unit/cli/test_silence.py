from __future__ import annotations

from pathlib import Path
from typing import Any

import msgspec
import pytest

from edge_orch.errors import ExitCode
from edge_orch.wire.api import SilenceView
from tests.unit.cli.conftest import FakeServer

VIEW = SilenceView(
    id="c-1",
    agent="a1",
    job="press",
    rule="hot",
    key=None,
    by="ada",
    origin="controller",
    reason="dies are changed",
    made_at="2026-01-02T03:04:05Z",
    state="active",
    expires_at="2026-01-02T05:04:05.5Z",
)


def test_set(controller: FakeServer, cli: Any) -> None:
    controller.answer("POST /v1/silences", VIEW)
    answer = cli("silence", "set", "press.hot", "--for", "2h", "--agent", "a1", "--reason", "dies", "--key", "k1")
    assert answer.out == "press.hot on a1 silenced until 2026-01-02T05:04:05Z (silence c-1)\n"
    assert controller.body() == {
        "reason": "dies",
        "job": "press",
        "rule": "hot",
        "key": ["k1"],
        "lasts": "2h",
        "lifts": [],
        "agent": "a1",
    }


def test_at_the_machine_no_agent_is_named(local_agent: tuple[FakeServer, Path], cli: Any) -> None:
    fake, folder = local_agent
    fake.answer("POST /v1/silences", msgspec.structs.replace(VIEW, rule="", expires_at=""))
    answer = cli("silence", "set", "press", "--for", "2h", "--reason", "dies", "--local", str(folder))
    assert answer.out == "all rules of press on a1 silenced until the time is known (silence c-1)\n"
    assert fake.body()["rule"] == ""


def test_list(controller: FakeServer, cli: Any) -> None:
    controller.answer("GET /v1/silences", [VIEW])
    headers, row = cli("silence", "list").out.splitlines()
    assert headers.split() == ["ID", "AGENT", "SILENCES", "STATE", "BY", "UNTIL", "REASON"]
    assert "press.hot" in row
    assert "ada (at the controller)" in row
    assert msgspec.json.decode(cli("silence", "list", "-o", "json").out)[0]["state"] == "active"
    controller.answer("GET /v1/silences", [])
    assert cli("silence", "list").out == "no silences\n"


def test_lift(controller: FakeServer, cli: Any) -> None:
    controller.answer("GET /v1/silences", [VIEW])
    controller.answer("POST /v1/silences", msgspec.structs.replace(VIEW, id="c-2", state="lifted"))
    assert cli("silence", "lift", "c-1").out == "silence c-1 of press.hot on a1 lifted\n"
    assert (controller.body()["lifts"], controller.body()["agent"]) == (["c-1"], "a1")
    answer = cli("silence", "lift", "c-9")
    assert (answer.code, "edge-orch silence list" in answer.err) == (ExitCode.INVALID, True)


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("press", "--for", "2h", "--reason", "x"), "which agent?"),
        (("press", "--for", "soon", "--reason", "x", "--agent", "a1"), "not a duration"),
        (("press", "--reason", "x", "--agent", "a1"), "--for"),
    ],
)
def test_what_is_missing_is_said(controller: FakeServer, cli: Any, arguments: tuple[str, ...], words: str) -> None:
    answer = cli("silence", "set", *arguments)
    assert answer.code != 0
    assert words in answer.err
    assert controller.requests == []
