"""The catalogue and the examples: every job has tests beside it, and they pass."""

from __future__ import annotations

import re
import shutil
from pathlib import Path

import pytest

from edge_orch.cli.test import SUFFIX, find_tests, judge

ROOT = Path(__file__).parents[2]
TESTS = find_tests([ROOT / "jobs", ROOT / "examples"])


@pytest.mark.parametrize("file", TESTS, ids=lambda file: file.name)
def test_the_tests_of_a_job_pass(file: Path) -> None:
    verdict = judge(file)
    problems = [*verdict.problems, *(problem for case in verdict.cases for problem in case.problems)]
    assert not problems, "\n".join(map(str, problems))
    assert verdict.cases


def test_every_job_of_the_catalogue_has_tests() -> None:
    jobs = {path.name.removesuffix(".yaml") for path in (ROOT / "jobs").glob("*.yaml") if SUFFIX not in path.name}
    assert jobs == {path.name.removesuffix(SUFFIX) for path in TESTS if path.parent.name == "jobs"}


@pytest.mark.parametrize("file", [file for file in TESTS if file.parent.name == "jobs"], ids=lambda file: file.name)
def test_the_tests_of_a_ready_job_go_through_all_of_it(file: Path) -> None:
    covered = judge(file, with_coverage=True).coverage
    assert covered is not None
    assert {step.step: step.missed for step in covered.steps if step.missed} == {}


def test_there_are_ready_jobs_for_what_plants_need() -> None:
    assert sum(path.parent.name == "jobs" for path in TESTS) >= 10


def test_the_example_of_the_guide_to_tests_passes(tmp_path: Path) -> None:
    found = re.search(r"```yaml tests\n(.*?)```", (ROOT / "docs" / "job-tests.md").read_text("utf-8"), re.DOTALL)
    assert found is not None
    shutil.copy(ROOT / "jobs" / "press_temperature.yaml", tmp_path)
    (tmp_path / "press_temperature.test.yaml").write_text(found[1], "utf-8")
    records = (("02", "n=1 TEMP=92C"), ("03", "n=2 TEMP=hotC"), ("08", "n=3 TEMP=92C"))
    (tmp_path / "more.log").write_text("".join(f"17672256{at} press-03 {rest}\n" for at, rest in records))
    (case,) = judge(tmp_path / "press_temperature.test.yaml").cases
    assert not case.problems, "\n".join(map(str, case.problems))
