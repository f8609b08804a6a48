from __future__ import annotations

from typing import Any

import msgspec

from edge_orch.wire.api import AckView
from tests.unit.cli.conftest import FakeServer
from tests.unit.cli.test_get import ALERT, TIME


def test_the_beginning_of_the_id_is_enough(controller: FakeServer, cli: Any) -> None:
    controller.answer("GET /v1/alerts", [ALERT])
    controller.answer("POST /v1/alerts/e1f/acks", AckView("maria", "controller", TIME, "seen"))
    answer = cli("ack", "e1", "--note", "seen")
    assert answer.out == "acknowledged e1f on a1: 6 sensors hot\n"
    assert controller.body() == {"agent": "a1", "note": "seen"}


def test_programs_get_the_acknowledgement(controller: FakeServer, cli: Any) -> None:
    view = AckView("maria", "controller", TIME, "seen")
    controller.answer("GET /v1/alerts", [ALERT])
    controller.answer("POST /v1/alerts/e1f/acks", view)
    assert msgspec.json.decode(cli("ack", "e1", "-o", "json").out, type=AckView) == view


def test_no_such_alert(controller: FakeServer, cli: Any) -> None:
    controller.answer("GET /v1/alerts", [ALERT])
    assert cli("ack", "x").code == 3
    assert "no alerts on agent a9" in cli("ack", "e1", "--agent", "a9").err
