from __future__ import annotations

from pathlib import Path
from typing import Any

import msgspec
import pytest

from edge_orch.cli import rollout as rollout_module
from edge_orch.wire.api import ApplyResult, RolloutView
from tests.unit.cli.conftest import FakeServer

CREATED = ApplyResult("press", 2, "abc", created=True, rollout="press-2")


def rollout(state: Any, done: int, failed: int = 0) -> RolloutView:
    errors = {"a3": "bad plan"} if failed else {}
    return RolloutView("press-2", "press", 2, state, 3, done, 0, failed, "2026-01-02T03:04:05Z", errors)


@pytest.fixture
def job(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr(rollout_module, "POLL_SECONDS", 0)
    file = tmp_path / "press.yaml"
    file.write_text("kind: Job\n")
    return file


def test_it_sends_the_text_and_says_what_came_of_it(controller: FakeServer, cli: Any, job: Path) -> None:
    controller.answer("POST /v1/jobs", CREATED)
    answer = cli("apply", "-f", str(job))
    assert (answer.code, answer.out) == (0, "press version 2 created (rollout press-2)\n")
    assert controller.body() == {"source": "kind: Job\n", "file": str(job)}


def test_the_same_content_is_unchanged(controller: FakeServer, cli: Any, job: Path) -> None:
    controller.answer("POST /v1/jobs", ApplyResult("press", 2, "abc", created=False))
    assert cli("apply", "-f", str(job), "--wait").out == "press version 2 unchanged\n"


def test_json_lists_a_result_a_file(controller: FakeServer, cli: Any, job: Path) -> None:
    controller.answer("POST /v1/jobs", CREATED)
    out = cli("apply", "-f", str(job), "-o", "json").out
    assert msgspec.json.decode(out, type=list[ApplyResult]) == [CREATED]


def test_wait_follows_to_the_end(controller: FakeServer, cli: Any, job: Path) -> None:
    controller.answer("POST /v1/jobs", CREATED)
    controller.answer("GET /v1/rollouts/press-2", rollout("running", 0), rollout("running", 2), rollout("done", 3))
    assert cli("apply", "-f", str(job), "--wait").code == 0
    assert len(controller.requests) == 4


def test_wait_fails_with_the_rollout(controller: FakeServer, cli: Any, job: Path) -> None:
    controller.answer("POST /v1/jobs", CREATED)
    controller.answer("GET /v1/rollouts/press-2", rollout("running", 1), rollout("failed", 2, 1))
    answer = cli("apply", "-f", str(job), "--wait")
    assert answer.code == 1
    assert "failed on 1 of 3 agents\n  found: a3: bad plan" in answer.err


def test_wait_gives_up_in_time(controller: FakeServer, cli: Any, job: Path) -> None:
    controller.answer("POST /v1/jobs", CREATED)
    controller.answer("GET /v1/rollouts/press-2", rollout("running", 1))
    answer = cli("apply", "-f", str(job), "--wait", "--timeout", "1us")
    assert answer.code == 1
    assert "not over yet" in answer.err


def test_a_wrong_file_does_not_stop_its_neighbours(controller: FakeServer, cli: Any, job: Path, tmp_path: Path) -> None:
    controller.answer("POST /v1/jobs", CREATED)
    answer = cli("apply", "-f", str(tmp_path / "absent.yaml"), "-f", str(job))
    assert answer.code == 3
    assert "press version 2 created" in answer.out
    assert "cannot read" in answer.err


def test_places_of_problems_are_shown(controller: FakeServer, cli: Any, job: Path) -> None:
    where = {"file": "press.yaml", "line": 4, "column": 2}
    controller.answer("POST /v1/jobs", {"problems": [{"what": "unknown key", "where": where}]}, status=422)
    answer = cli("apply", "-f", str(job))
    assert answer.code == 3
    assert answer.err == "error: press.yaml:4:2: unknown key\n"
