from __future__ import annotations

from pathlib import Path
from typing import Any

import msgspec
import pytest

from edge_orch.errors import ExitCode
from edge_orch.wire.api import HappeningView
from tests.unit.cli.conftest import FakeServer

VIEWS = [
    HappeningView(
        "2026-01-02T03:04:05.5Z", "a1", "a-1: press.hot_c = 92.0 at the machine", "olga", "overrides", "a-1", True
    ),
    HappeningView("", "a1", "press: version 2 running", "", "reported", "press"),
]


def test_history(controller: FakeServer, cli: Any) -> None:
    controller.answer("GET /v1/history", VIEWS)
    _, first, second = cli("history", "press.hot_c", "--agent", "a1").out.splitlines()
    assert first.split()[:3] == ["2026-01-02T03:04:05Z", "a1", "olga"]
    assert first.endswith("archived")
    assert second.split()[0] == "-"
    assert controller.requests[-1][1] == "/v1/history?agent=a1&job=press&name=hot_c"
    assert msgspec.json.decode(cli("history", "press", "-o", "json").out)[0]["key"] == "a-1"


def test_of_an_alert_at_the_machine(local_agent: tuple[FakeServer, Path], cli: Any) -> None:
    fake, folder = local_agent
    fake.answer("GET /v1/history", [])
    assert cli("history", "--episode", "3f9a", "--local", str(folder)).out == "no facts about this\n"
    assert fake.requests[-1][1] == "/v1/history?episode=3f9a"


@pytest.mark.parametrize("arguments", [(), ("press", "--episode", "3f9a")])
def test_of_one_thing_only(controller: FakeServer, cli: Any, arguments: tuple[str, ...]) -> None:
    answer = cli("history", *arguments)
    assert (answer.code, "the history of what?" in answer.err) == (ExitCode.INVALID, True)
    assert controller.requests == []
