from __future__ import annotations

from typing import Any

import msgspec
import pytest

from edge_orch.cli import rollout as rollout_module
from edge_orch.wire.api import RolloutView
from tests.unit.cli.conftest import FakeServer


def view(id: str, job: str, version: int, state: Any = "done", day: int = 1) -> RolloutView:  # noqa: A002
    return RolloutView(id, job, version, state, 3, 2, 1, 0, f"2026-01-{day:02}T00:00:00Z")


VIEWS = [view("p-1", "press", 1, day=1), view("p-2", "press", 2, "running", day=3), view("o-1", "oven", 1, day=2)]


@pytest.fixture(autouse=True)
def no_waiting(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rollout_module, "POLL_SECONDS", 0)


@pytest.mark.parametrize(("name", "found"), [(None, "p-2"), ("press", "p-2"), ("p-1", "p-1"), ("oven", "o-1")])
def test_status_finds_by_id_job_or_newest(controller: FakeServer, cli: Any, name: str | None, found: str) -> None:
    controller.answer("GET /v1/rollouts", VIEWS)
    answer = cli("rollout", "status", *filter(None, [name]), "-o", "json")
    assert msgspec.json.decode(answer.out, type=RolloutView).id == found


def test_status_of_nothing(controller: FakeServer, cli: Any) -> None:
    controller.answer("GET /v1/rollouts", [])
    assert cli("rollout", "status").code == 3
    assert "no rollout 'x'" in cli("rollout", "status", "x").err


def test_watch_ends_when_superseded(controller: FakeServer, cli: Any) -> None:
    controller.answer("GET /v1/rollouts", VIEWS)
    controller.answer("GET /v1/rollouts/p-2", VIEWS[1], view("p-2", "press", 2, "superseded"))
    answer = cli("rollout", "status", "press", "--watch")
    assert answer.code == 1
    assert "superseded by a newer one" in answer.err


def test_watch_shows_the_end(controller: FakeServer, cli: Any) -> None:
    controller.answer("GET /v1/rollouts", VIEWS)
    controller.answer("GET /v1/rollouts/p-2", VIEWS[1], view("p-2", "press", 2, "done"))
    answer = cli("rollout", "status", "p-2", "-w")
    assert answer.code == 0
    assert "Pending:  1" in answer.out


def test_history_is_of_one_job_and_newest_first(controller: FakeServer, cli: Any) -> None:
    controller.answer("GET /v1/rollouts", VIEWS)
    lines = cli("rollout", "history", "press").out.splitlines()
    assert [line.split()[0] for line in lines] == ["ID", "p-2", "p-1"]
