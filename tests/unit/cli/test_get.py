from __future__ import annotations

from pathlib import Path
from typing import Any

import msgspec
import pytest

from edge_orch.cli.get import find_alert
from edge_orch.errors import Invalid
from edge_orch.wire.api import AgentView, AlertView, JobView, OverrideView, ReportedView, RolloutView
from tests.unit.cli.conftest import FakeServer

TIME = "2026-01-02T03:04:05Z"
JOB = JobView("press", 2, "0123456789abcdef", TIME, "maria", 3, 2)
AGENT = AgentView("a1", True, TIME, {"site": "austin"}, jobs=(ReportedView("press", 2, 2, "running"),))
ROLLOUT = RolloutView("r1", "press", 2, "running", 3, 2, 1, 0, TIME)
ALERT = AlertView("e1f", "a1", "press", 2, "overheating", (), "open", "critical", "6 sensors hot", TIME)
OVERRIDE = OverrideView("o1", "a1", "press", "hot_c", 92.0, "olga", "operator", "agent", "new dies", TIME, "active")
THINGS = {"jobs": JOB, "agents": AGENT, "rollouts": ROLLOUT, "alerts": ALERT, "overrides": OVERRIDE}
ROWS = {
    "jobs": "press 2 2/3 0123456789ab 2026-01-02T03:04:05Z maria",
    "agents": "a1 online 2026-01-02T03:04:05Z press v2 running site=austin",
    "rollouts": "r1 press 2 running 2/3 1 0 2026-01-02T03:04:05Z",
    "alerts": "e1f a1 press overheating open critical 2026-01-02T03:04:05Z 6 sensors hot",
    "overrides": "o1 a1 press.hot_c 92.0 active olga (operator, at the agent) never new dies",
}


@pytest.mark.parametrize("kind", THINGS)
def test_each_kind_is_a_table_or_json(controller: FakeServer, cli: Any, kind: str) -> None:
    controller.answer(f"GET /v1/{kind}", [THINGS[kind]])
    header, row = cli("get", kind).out.splitlines()
    assert header.isupper()
    assert " ".join(row.split()) == ROWS[kind]
    assert msgspec.json.decode(cli("get", kind, "-o", "json").out, type=list[type(THINGS[kind])]) == [THINGS[kind]]  # type: ignore[misc]


@pytest.mark.parametrize("kind", THINGS)
def test_nothing_of_a_kind(controller: FakeServer, cli: Any, kind: str) -> None:
    controller.answer(f"GET /v1/{kind}", [])
    assert cli("get", kind).out.startswith("no ")
    assert cli("get", kind, "-o", "json").out == "[]\n"


@pytest.mark.parametrize(("kind", "name"), [("jobs", "press"), ("agents", "a1"), ("rollouts", "r1")])
def test_one_by_name(controller: FakeServer, cli: Any, kind: str, name: str) -> None:
    controller.answer(f"GET /v1/{kind}/{name}", THINGS[kind])
    assert name in cli("get", kind, name).out


@pytest.mark.parametrize(("kind", "name"), [("alerts", "e1"), ("overrides", "o1")])
def test_one_out_of_all(controller: FakeServer, cli: Any, kind: str, name: str) -> None:
    controller.answer(f"GET /v1/{kind}", [THINGS[kind]])
    assert name in cli("get", kind, name).out
    assert cli("get", kind, "other").code == 3


def test_an_alert_is_found_by_the_beginning_of_its_id_if_that_is_clear() -> None:
    other = msgspec.structs.replace(ALERT, episode="e1")
    assert find_alert([ALERT, other], "e1") is other
    with pytest.raises(Invalid, match="several"):
        find_alert([ALERT, other], "e")


def test_an_agent_is_asked_through_its_folder(local_agent: tuple[FakeServer, Path], cli: Any) -> None:
    fake, folder = local_agent
    fake.answer("GET /v1/alerts", [ALERT])
    assert "6 sensors hot" in cli("get", "alerts", "--local", str(folder)).out
    assert fake.authorization == [""]
