from __future__ import annotations

from typing import Any

from edge_orch.wire.api import WhyView
from tests.unit.cli.conftest import FakeServer


def test_reasons_are_numbered_the_strongest_last(controller: FakeServer, cli: Any) -> None:
    view = WhyView("a1", "press", "hot_c", 92.0, ("default of version 2: 85.0", "override o1: new dies"), conflict=True)
    controller.answer("GET /v1/why", view)
    answer = cli("why", "press.hot_c", "--agent", "a1")
    assert answer.out.splitlines() == [
        "press.hot_c = 92.0 on a1",
        "  1. default of version 2: 85.0",
        "  2. override o1: new dies",
        "  conflict: several overrides hold at once; `edge-orch override set` decides, or `revoke`",
    ]
    assert controller.requests[-1][1] == "/v1/why?agent=a1&job=press&param=hot_c"


def test_an_agent_must_be_named(controller: FakeServer, cli: Any) -> None:
    assert "which agent?" in cli("why", "press.hot_c").err
    assert controller.requests == []
