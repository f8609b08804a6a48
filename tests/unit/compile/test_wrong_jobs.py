"""Golden wrong jobs: beside each `wrong/NAME.yaml` stands `NAME.txt`, exactly what its author is told."""

from __future__ import annotations

from pathlib import Path

import pytest

from edge_orch.compile import compile_job
from edge_orch.errors import Invalid
from edge_orch.plan.plan import Plan
from edge_orch.spec.assets import given_assets

ASSETS = {"tables/limits.csv": "name,low\na,1.5\nb,x\n"}

WRONG = sorted((Path(__file__).parent / "wrong").glob("*.yaml"))


def compiled(file: Path) -> Plan:
    return compile_job(file.read_text("utf-8"), file.name, given_assets(ASSETS))


@pytest.mark.parametrize("file", WRONG, ids=lambda file: file.stem)
def test_a_wrong_job_is_told_exactly(file: Path) -> None:
    with pytest.raises(Invalid) as error:
        compiled(file)
    assert f"{error.value}\n" == file.with_suffix(".txt").read_text("utf-8")


def test_every_problem_of_a_wrong_job_has_a_place() -> None:
    for file in WRONG:
        with pytest.raises(Invalid) as error:
            compiled(file)
        places = [problem.where and problem.where.file for problem in error.value.problems]
        assert set(places) <= {file.name, *ASSETS}, file
