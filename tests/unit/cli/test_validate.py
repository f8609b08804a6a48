from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from typing import Any

import msgspec
import pytest

from edge_orch.cli.validate import Verdict
from tests.unit.compile.examples import PRESSES


@pytest.fixture
def good(tmp_path: Path) -> Path:
    file = tmp_path / "good.yaml"
    file.write_text(PRESSES, "utf-8")
    return file


@pytest.fixture
def bad(tmp_path: Path) -> Path:
    file = tmp_path / "bad.yaml"
    file.write_text(PRESSES.replace("max(temp_c)", "max(temp)").replace("from: per_sensor", "from: persensor"), "utf-8")
    return file


def test_a_valid_job_is_named_with_its_digest(cli: Any, good: Path) -> None:
    answer = cli("validate", str(good))
    assert answer.code == 0
    assert answer.out.startswith(f"{good}: valid (press-temperature, sha256:")


def test_a_folder_stands_for_the_files_in_it_and_below(cli: Any, good: Path, bad: Path) -> None:
    below = good.parent / "below" / "again.yaml"
    below.parent.mkdir()
    below.write_text(PRESSES, "utf-8")
    (good.parent / ".hidden.yaml").write_text("", "utf-8")
    answer = cli("validate", "-o", "json", str(good.parent))
    verdicts = msgspec.json.decode(answer.out, type=list[Verdict])
    assert [(each.file, each.valid) for each in verdicts] == [(str(bad), False), (str(below), True), (str(good), True)]
    empty = good.parent / "empty"
    empty.mkdir()
    assert cli("validate", str(empty)).code == 3


def test_a_dash_is_standard_input(bad: Path) -> None:
    command = [sys.executable, "-m", "edge_orch.cli.main", "validate", "-"]
    done = subprocess.run(command, input=bad.read_bytes(), capture_output=True, check=False)
    assert done.returncode == 3
    assert done.stdout.startswith(b"-: 2 problems\n-:")


def test_every_problem_of_a_wrong_job_is_told_and_the_others_are_checked(cli: Any, good: Path, bad: Path) -> None:
    answer = cli("validate", str(bad), str(good), "/nowhere.yaml")
    assert answer.code == 3
    assert f"{bad}: 2 problems\n" in answer.out
    assert "did you mean `temp_c`?" in answer.out
    assert "did you mean `per_sensor`?" in answer.out
    assert f"{good}: valid" in answer.out
    assert "cannot read /nowhere.yaml" in answer.out
    assert answer.err == ""


def test_json_is_for_programs(cli: Any, good: Path, bad: Path) -> None:
    answer = cli("validate", "-o", "json", str(good), str(bad))
    first, second = msgspec.json.decode(answer.out, type=list[Verdict])
    assert (answer.code, first.valid, first.job) == (3, True, "press-temperature")
    assert not second.valid
    assert [problem.where and problem.where.line for problem in second.problems] == [25, 40]


def test_of_tests_beside_jobs_the_form_is_checked(cli: Any, good: Path) -> None:
    test = good.with_name("good.test.yaml")
    test.write_text("- {name: x, input: []}\n", "utf-8")
    answer = cli("validate", str(good), str(test))
    assert answer.code == 0
    assert answer.out.endswith(f"{test}: valid (1 case, for `edge-orch test`)\n")
    test.write_text("- {name: x}\n", "utf-8")
    answer = cli("validate", str(test))
    assert answer.code == 3
    assert f"{test}:1:3: missing key `input`" in answer.out


def test_what_goes_nowhere_is_a_warning(cli: Any, good: Path) -> None:
    idle = "    - {name: idle, from: schematize, filter: temp_c > 0}\n"
    good.write_text(good.read_text("utf-8").replace("  outputs:\n", f"{idle}  outputs:\n"), "utf-8")
    answer = cli("validate", str(good))
    assert answer.code == 0
    assert f"  warning: {good}:" in answer.out
    assert "nothing reads the step `idle`" in answer.out


def test_a_folder_is_no_job(cli: Any, tmp_path: Path) -> None:
    answer = cli("validate", str(tmp_path))
    assert answer.code == 3
    assert "next: it holds no .yaml files" in answer.out
    (tmp_path / "a.yaml").touch()
    assert f"next: name its files: {tmp_path}/*.yaml" in cli("explain", str(tmp_path)).err


def test_what_goes_with_connect_is_not_passed_over(cli: Any, good: Path) -> None:
    for option in ("--bus", "mqtt://127.0.0.1:1883"), ("--device-label", "site=austin"):
        answer = cli("validate", *option, str(good))
        assert answer.code == 2
        assert "go with --connect" in answer.err


NEVER = ["edge_orch.engine", "tabulate", "importlib.metadata"]
"""What is slow to import, and tells no mistake."""
FOR_MEANING = ["sqlglot", "dataclasses", "edge_orch.plan.plan"]
"""sqlglot, what it imports itself, and the plan."""
PROGRAM = f"""
import sys
from edge_orch.cli.main import main
code = main(sys.argv[1:])
print(*(name for name in {NEVER + FOR_MEANING} if name in sys.modules), file=sys.stderr)
sys.exit(code)
"""


def imported_to_tell(mistake: str, command: str = "validate") -> list[str]:
    wrong = Path(__file__).parents[1] / "compile" / "wrong" / f"{mistake}.yaml"
    done = subprocess.run(
        [sys.executable, "-c", PROGRAM, command, str(wrong)], capture_output=True, text=True, check=False
    )
    assert done.returncode == 3
    assert wrong.with_suffix(".txt").read_text().partition("\n")[0] in done.stdout + done.stderr
    return done.stderr.splitlines()[-1].split()


@pytest.mark.parametrize("mistake", ["misspelt_step", "tab", "bad_duration"])
def test_a_mistake_of_form_is_told_before_anything_heavy_is_imported(mistake: str) -> None:
    assert imported_to_tell(mistake) == []


@pytest.mark.parametrize("command", ["validate", "run", "explain"])
def test_a_mistake_of_meaning_is_told_with_sql_alone(command: str) -> None:
    assert imported_to_tell("unknown_column", command) == FOR_MEANING


def test_sources_and_sinks_are_tried_on_request(cli: Any, tmp_path: Path, unused_port: int) -> None:
    (tmp_path / "in.log").write_text("x")
    job = tmp_path / "job.yaml"
    job.write_text(
        "apiVersion: edge-orch/v1\nkind: Job\nmetadata: {name: job}\nspec:\n"
        f"  source: {{file: {{path: {tmp_path}/in.log}}}}\n"
        "  steps: [{schematize: {raw: {}, fields: {line: string}}}]\n"
        "  outputs: {lines: {from: schematize, to: far}}\n"
        f"  sinks: {{far: {{http: {{url: 'http://127.0.0.1:{unused_port}/x'}}}}}}\n"
    )
    assert cli("validate", str(job)).code == 0
    answer = cli("validate", "--connect", str(job))
    assert answer.code == 4
    assert f"  source (file) {tmp_path}/in.log: reached\n" in answer.out
    assert f"  far (http) http://127.0.0.1:{unused_port}: cannot be reached: Connection refused\n" in answer.out
    verdict = msgspec.json.decode(cli("validate", "--connect", "-o", "json", str(job)).out)[0]
    assert [one.get("problem", "") for one in verdict["reached"]] == ["", "Connection refused"]


def test_trying_needs_the_agents_code(cli: Any, good: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("edge_orch.cli.reaching.installed", lambda _group: {})
    answer = cli("validate", "--connect", str(good))
    assert answer.code == 4
    assert "pip install edge-orch-agent" in answer.err
