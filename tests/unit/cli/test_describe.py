from __future__ import annotations

from typing import Any

import msgspec
import pytest

from edge_orch.wire.api import AckView
from tests.unit.cli.conftest import FakeServer
from tests.unit.cli.test_get import AGENT, ALERT, JOB, OVERRIDE, ROLLOUT, TIME


@pytest.fixture(autouse=True)
def everything(controller: FakeServer) -> None:
    agent = msgspec.structs.replace(AGENT, heads=("ab" * 32,), telemetry={"outbox.bytes": 12})
    controller.answer("GET /v1/agents", [agent])
    controller.answer("GET /v1/agents/a1", agent)
    controller.answer("GET /v1/jobs/press", JOB)
    rollout = msgspec.structs.replace(ROLLOUT, errors={"a3": "no such asset"})
    controller.answer("GET /v1/rollouts", [rollout])
    controller.answer("GET /v1/rollouts/r1", rollout)
    acks = (AckView("maria", "controller", TIME, "on my way"),)
    controller.answer("GET /v1/alerts", [msgspec.structs.replace(ALERT, acks=acks, notified=("oncall",))])
    controller.answer("GET /v1/overrides", [OVERRIDE])


@pytest.mark.parametrize(
    ("kind", "name", "texts"),
    [
        ("agent", "a1", ["site=austin", "abababababab", "press", "new dies", "6 sensors hot", "outbox.bytes:  12"]),
        ("job", "press", ["0123456789abcdef", "2 of 3 agents", "a1", "r1"]),
        ("rollout", "r1", ["2 of 3", "a3:  no such asset"]),
        ("alert", "e1", ["overheating of press version 2", "oncall", "on my way"]),
    ],
)
def test_everything_known_is_shown(cli: Any, kind: str, name: str, texts: list[str]) -> None:
    answer = cli("describe", kind, name)
    assert answer.code == 0
    for text in texts:
        assert text in answer.out
    assert msgspec.json.decode(cli("describe", kind, name, "-o", "json").out)
