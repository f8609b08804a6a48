from __future__ import annotations

from typing import Any

import pytest

from edge_orch.cli.token import parse_labels
from edge_orch.wire.api import TokenView
from tests.unit.cli.conftest import FakeServer

LATER = "2026-01-02T04:04:05Z"


def test_a_join_token_is_all_that_stands_on_stdout(controller: FakeServer, cli: Any) -> None:
    controller.answer("POST /v1/tokens", TokenView("eoj_1", "join", "a1", LATER))
    answer = cli("token", "create", "--agent", "a1", "--labels", "site=austin, role=press")
    assert answer.out == "eoj_1\n"
    assert answer.err == f"It lets agent a1 enrol once, until {LATER}.\n"
    assert controller.body()["labels"] == {"site": "austin", "role": "press"}


def test_a_token_that_replaces_a_key(controller: FakeServer, cli: Any) -> None:
    controller.answer("POST /v1/tokens", TokenView("eoj_1", "join", "a1", LATER))
    assert cli("token", "create", "--agent", "a1", "--replace").code == 0
    assert controller.body()["replace"] is True
    answer = cli("token", "create", "--user", "maria", "--replace")
    assert "a person has no key to replace" in answer.err


def test_a_persons_credential_has_a_role(controller: FakeServer, cli: Any) -> None:
    controller.answer("POST /v1/tokens", TokenView("eou_1", "user", "maria", LATER))
    assert cli("token", "create", "--user", "maria", "--role", "operator", "--expires", "30d").code == 0
    assert controller.body() == {
        "kind": "user",
        "name": "maria",
        "labels": {},
        "role": "operator",
        "expires_in": "30d",
        "replace": False,
    }


@pytest.mark.parametrize(
    "arguments",
    [
        [],
        ["--agent", "a", "--user", "b"],
        ["--agent", "a", "--role", "admin"],
        ["--user", "b", "--labels", "a=b"],
        ["--agent", "a", "--labels", "nonsense"],
        ["--agent", "a", "--expires", "later"],
    ],
)
def test_nonsense_is_refused_before_anything_is_sent(controller: FakeServer, cli: Any, arguments: list[str]) -> None:
    assert cli("token", "create", *arguments).code == 3
    assert controller.requests == []


def test_labels() -> None:
    assert parse_labels("a=1,b=x=y") == {"a": "1", "b": "x=y"}
    assert parse_labels("") == {}
