from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

JOB = """\
apiVersion: edge-orch/v1
kind: Job
metadata: {name: job}
spec:
  source: {mqtt: {topic: t}}
  steps:
    - schematize: {json: {}, fields: {v: float}}
  outputs: {raw: {from: schematize, to: out}}
  sinks: {out: {file: {path: out.ndjson}}}
"""
GOOD = """- {name: good, input: [{lines: ['{"v": 1}']}], expect: {outputs: {raw: [{v: 1}]}}}\n"""
BAD = """- {name: bad, input: [{lines: ['{"v": 1}']}], expect: {outputs: {raw: [{v: 2}]}}}\n"""


@pytest.fixture
def job(tmp_path: Path) -> Path:
    """A job with one good test."""
    (tmp_path / "job.yaml").write_text(JOB)
    (tmp_path / "job.test.yaml").write_text(GOOD)
    return tmp_path / "job.yaml"


def test_a_job_a_test_file_and_a_folder_mean_the_same(cli: Any, job: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(job.parent)
    for args in ([str(job)], [str(job.with_name("job.test.yaml"))], [str(job.parent)], [], [str(job), "."]):
        answer = cli("test", *args)
        assert answer.code == 0
        assert "1 test: 1 passed, 0 failed" in answer.out or "2 tests: 2 passed, 0 failed" in answer.out


def test_a_failure_is_told_with_its_place(cli: Any, job: Path) -> None:
    file = job.with_name("job.test.yaml")
    file.write_text(GOOD + BAD)
    answer = cli("test", str(job))
    assert answer.code == 1
    assert answer.out == (
        f"{file}\n"
        "  ok    good\n"
        "  FAIL  bad\n"
        f"        {file}:2:72: output raw, record 1\n"
        '          expected: {"v":2}\n'
        '          found: {"v":1.0}\n'
        "2 tests: 1 passed, 1 failed\n"
    )


def test_programs_get_json(cli: Any, job: Path) -> None:
    job.with_name("job.test.yaml").write_text(BAD)
    answer = cli("test", str(job), "-o", "json")
    assert answer.code == 1
    (verdict,) = json.loads(answer.out)
    assert verdict["cases"][0]["name"] == "bad"
    assert verdict["cases"][0]["problems"][0]["what"] == "output raw, record 1"


def test_a_broken_file_stops_no_other(cli: Any, job: Path) -> None:
    (job.parent / "broken.yaml").write_text("kind: Nonsense\n")
    (job.parent / "broken.test.yaml").write_text(GOOD)
    (job.parent / "lonely.test.yaml").write_text(GOOD)
    answer = cli("test", str(job.parent))
    assert answer.code == 3
    assert "1 test: 1 passed, 0 failed; 2 files could not be read" in answer.out
    assert "cannot read" in answer.out


def test_a_missing_input_file_is_told_where_it_is_named(cli: Any, job: Path) -> None:
    job.with_name("job.test.yaml").write_text("- {name: x, input: [{file: nowhere.csv}]}\n")
    answer = cli("test", str(job))
    assert answer.code == 1
    assert "job.test.yaml:1:28: cannot read" in answer.out


def test_nothing_to_test_is_a_problem(cli: Any, tmp_path: Path) -> None:
    answer = cli("test", str(tmp_path), str(tmp_path / "job.yaml"))
    assert answer.code == 3
    assert answer.err.count("no tests at") == 2


def test_hidden_folders_are_not_searched(cli: Any, job: Path) -> None:
    hidden = job.parent / ".venv"
    hidden.mkdir()
    (hidden / "x.test.yaml").write_text("nonsense")
    assert cli("test", str(job.parent)).code == 0


def test_coverage_says_what_no_case_takes(cli: Any, job: Path) -> None:
    answer = cli("test", str(job), "--coverage")
    assert answer.code == 0
    assert "schematize  schematize  1          1/2         dead letter" in answer.out
    assert "coverage of job: 1 of 2" in answer.out
    (verdict,) = json.loads(cli("test", str(job), "--coverage", "-o", "json").out)
    assert verdict["coverage"]["steps"][0]["ways"] == [
        {"name": "passed", "hits": 1},
        {"name": "dead letter", "hits": 0},
    ]


def test_a_report_for_ci_is_written_beside_the_text(cli: Any, job: Path) -> None:
    job.with_name("job.test.yaml").write_text(GOOD + BAD)
    report = job.parent / "report.xml"
    answer = cli("test", str(job), "--junit", str(report))
    assert answer.code == 1
    assert '<testsuites name="edge-orch test" tests="2" failures="1"' in report.read_text()
    assert cli("test", str(job), "--junit", str(job.parent / "nowhere" / "x.xml")).code == 6


def test_a_job_and_its_tests_are_told_to_be_wrong_in_one_go(cli: Any, job: Path) -> None:
    job.write_text("kind: Job\n")
    job.with_name("job.test.yaml").write_text("- nmae: x\n")
    answer = cli("test", str(job))
    assert answer.code == 3
    assert "missing key `spec`" in answer.out
    assert "unknown key `nmae`" in answer.out
