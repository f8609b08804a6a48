"""The way from nothing to a job in docs/authoring.md, gone step by step: what it shows is what there is."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest

GUIDE = (Path(__file__).parents[3] / "docs" / "authoring.md").read_text("utf-8")
WAY = GUIDE.partition("## From nothing")[2].partition("\n## ")[0]
RECORDED, JOB, RUN, TESTS = re.findall(r"^```[a-z ]*\n(.*?)^```$", WAY, re.MULTILINE | re.DOTALL)


@pytest.fixture
def beginner(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Somebody who has written down all that stands there."""
    monkeypatch.chdir(tmp_path)
    for name, text in ("recorded.log", RECORDED), ("silo_level.yaml", JOB), ("silo_level.test.yaml", TESTS):
        Path(name).write_text(text, "utf-8")


@pytest.mark.usefixtures("beginner")
def test_the_job_is_sound_and_its_tests_pass(cli: Any) -> None:
    assert cli("validate", "silo_level.yaml").code == 0
    assert cli("test", "silo_level.yaml").code == 0
    assert "low         alert       2          1/2         resolved" in cli("test", "--coverage").out


@pytest.mark.usefixtures("beginner")
def test_what_the_run_shows_is_what_it_prints(cli: Any) -> None:
    command, _, shown = RUN.partition("\n")
    answer = cli(*command.removeprefix("$ edge-orch ").split())
    assert answer.out + answer.err == shown
