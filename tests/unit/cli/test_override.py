from __future__ import annotations

from pathlib import Path
from typing import Any

import msgspec
import pytest

from tests.unit.cli.conftest import FakeServer
from tests.unit.cli.test_get import OVERRIDE


def test_set(controller: FakeServer, cli: Any) -> None:
    controller.answer("POST /v1/overrides", msgspec.structs.replace(OVERRIDE, expires_at="2026-01-02T11:04:05Z"))
    answer = cli("override", "set", "press.hot_c=92.0", "--agent", "a1", "--reason", "new dies", "--expires", "8h")
    assert answer.out == "press.hot_c = 92.0 on a1 until 2026-01-02T11:04:05Z: active (override o1)\n"
    assert controller.body() == {
        "job": "press",
        "param": "hot_c",
        "value": 92.0,
        "reason": "new dies",
        "agent": "a1",
        "expires_in": "8h",
    }


def test_at_the_machine_no_agent_is_named(local_agent: tuple[FakeServer, Path], cli: Any) -> None:
    fake, folder = local_agent
    fake.answer("POST /v1/overrides", OVERRIDE)
    assert cli("override", "set", "press.hot_c=92", "--reason", "x", "--local", str(folder)).code == 0


@pytest.mark.parametrize(
    ("arguments", "code", "text"),
    [
        (["press.hot_c", "--agent", "a1", "--reason", "x"], 3, "expected: JOB.PARAM=VALUE"),
        (["hot_c=1", "--agent", "a1", "--reason", "x"], 3, "expected: JOB.PARAM"),
        (["press.hot_c=1", "--reason", "x"], 3, "which agent?"),
        (["press.hot_c=1", "--agent", "a1", "--reason", "x", "--expires", "soon"], 3, "not a duration"),
        (["press.hot_c=1", "--agent", "a1"], 2, "--reason"),
    ],
)
def test_what_is_wrong_is_said_before_anything_is_sent(
    controller: FakeServer, cli: Any, arguments: list[str], code: int, text: str
) -> None:
    answer = cli("override", "set", *arguments)
    assert answer.code == code
    assert text in answer.err
    assert controller.requests == []


def test_list(controller: FakeServer, cli: Any) -> None:
    controller.answer("GET /v1/overrides", [OVERRIDE])
    assert "new dies" in cli("override", "list").out


def test_revoke_sets_nothing_in_its_place(controller: FakeServer, cli: Any) -> None:
    controller.answer("GET /v1/overrides", [OVERRIDE])
    controller.answer("POST /v1/overrides", msgspec.structs.replace(OVERRIDE, value=None, state="revoked"))
    answer = cli("override", "revoke", "o1", "--reason", "changed back")
    assert answer.out == "override o1 of press.hot_c on a1 revoked\n"
    assert controller.body()["value"] is None
    assert cli("override", "revoke", "o9").code == 3
