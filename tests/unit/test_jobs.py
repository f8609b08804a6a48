"""The catalogue and the examples: every job has tests beside it, and they pass."""

from __future__ import annotations

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
