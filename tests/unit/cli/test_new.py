from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from edge_orch.cli.templates import templates


def test_the_templates_are_the_ready_jobs(cli: Any) -> None:
    listed = json.loads(cli("new", "--list", "-o", "json").out)
    jobs = {file.stem.replace("_", "-") for file in (Path(__file__).parents[3] / "jobs").glob("*.yaml")}
    assert {one["name"] for one in listed} == {name for name in jobs if not name.endswith(".test")}
    assert all(len(one["about"]) > 20 for one in listed), "a ready job begins with a comment that says what it is for"
    assert cli("new").out == cli("new", "--list").out


@pytest.mark.parametrize("name", [one.name for one in templates()])
def test_what_is_begun_passes_its_tests(cli: Any, tmp_path: Path, name: str) -> None:
    answer = cli("new", name, "my-job", "--dir", str(tmp_path))
    assert answer.code == 0
    assert "name: my-job" in (tmp_path / "my_job.yaml").read_text("utf-8")
    assert cli("validate", str(tmp_path / "my_job.yaml")).code == 0
    assert cli("test", str(tmp_path)).code == 0


def test_nothing_is_overwritten_and_nothing_half_written(cli: Any, tmp_path: Path) -> None:
    (tmp_path / "oven.test.yaml").write_text("mine")
    answer = cli("new", "log-severity", "oven", "--dir", str(tmp_path))
    assert answer.code == 3
    assert "oven.test.yaml is there already" in answer.err
    assert [file.name for file in tmp_path.iterdir()] == ["oven.test.yaml"]
    assert (tmp_path / "oven.test.yaml").read_text() == "mine"


def test_a_disk_that_is_full_leaves_nothing_half_written(
    cli: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    begin = Path.open

    def full(path: Path, mode: str = "r", *args: Any, **kwargs: Any) -> Any:
        if mode != "xb":
            return begin(path, mode, *args, **kwargs)
        if path.name.endswith(".test.yaml"):
            path.touch()
            raise OSError(28, "No space left on device")
        return begin(path, mode, *args, **kwargs)

    monkeypatch.setattr(Path, "open", full)
    (tmp_path / "mine.txt").touch()
    answer = cli("new", "log-severity", "oven", "--dir", str(tmp_path))
    assert (answer.code, answer.err.splitlines()[1]) == (6, "  found: No space left on device")
    assert [file.name for file in tmp_path.iterdir() if file.suffix != ".yaml" or file.stat().st_size] == ["mine.txt"]


def test_a_template_or_a_name_that_is_none_is_told(cli: Any, tmp_path: Path) -> None:
    answer = cli("new", "log-severty", "--dir", str(tmp_path))
    assert "did you mean `log-severity`?" in answer.err
    assert "not the name of a job" in cli("new", "log-severity", "My Job", "--dir", str(tmp_path)).err
    assert not list(tmp_path.iterdir())
