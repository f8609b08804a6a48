"""`dead replay` on the folder of an agent that does not run; tests/unit/agent/test_local_api.py has the other way."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from edge_orch_agent.data_folder import AgentFolder, Enrolment
from edge_orch_agent.store.sqlite_store import SqliteStore

from edge_orch.time import SECOND
from tests.unit.agent.commands.test_commands import run
from tests.unit.agent.core.controller import AGENT, KEY
from tests.unit.agent.core.press import JOB, a_rig, lines
from tests.unit.agent.core.test_replays import STRICT


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Version 1 refused records 10 and 11, version 2 runs; then the agent stopped."""
    store = SqliteStore(tmp_path / "agent.db", ballast_bytes=4096)
    rig = a_rig([], store=store)
    rig.down = {"lake"}
    rig.desire(STRICT, 1)
    rig.sources["press"].batches += [lines(8, 4)]
    rig.run(10 * SECOND)
    rig.desire(JOB, 2)
    rig.run(10 * SECOND)
    store.close()
    AgentFolder(tmp_path).save_enrolment(Enrolment(AGENT, {"site": "austin"}, "http://127.0.0.1:1", KEY.public.hex))
    return tmp_path


def waiting(capfd: pytest.CaptureFixture[str], folder: Path) -> list[int]:
    return [json.loads(line)["n"] for line in run(capfd, folder, "outbox", "export", "press/raw/lake").splitlines()]


def test_letters_enter_again_and_what_comes_of_them_waits(folder: Path, capfd: pytest.CaptureFixture[str]) -> None:
    assert waiting(capfd, folder) == [8, 9]
    assert run(capfd, folder, "dead", "replay", "1") == "1 entered again\n"
    assert waiting(capfd, folder) == [8, 9, 10]
    assert run(capfd, folder, "dead", "replay", "--all", "--job", "press") == "1 entered again\n"
    assert waiting(capfd, folder) == [8, 9, 10, 11]
    assert run(capfd, folder, "dead", "replay", "--all") == "no dead letters\n"
    assert json.loads(run(capfd, folder, "ledger", "-o", "json"))["balanced"]


def test_what_cannot_be_replayed_is_said_so(folder: Path, capfd: pytest.CaptureFixture[str]) -> None:
    assert "there is no dead letter 9" in run(capfd, folder, "dead", "replay", "1", "9", code=3)
    assert "either numbers or --all" in run(capfd, folder, "dead", "replay", code=3)
    assert waiting(capfd, folder) == [8, 9]
