from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from edge_orch.plan.plan import decode_plan
from tests.unit.compile.examples import PRESSES


@pytest.fixture
def job(tmp_path: Path) -> str:
    (tmp_path / "job.yaml").write_text(PRESSES, "utf-8")
    return str(tmp_path / "job.yaml")


def test_it_shows_schemas_parameters_and_outputs(cli: Any, job: str) -> None:
    answer = cli("explain", job)
    assert answer.code == 0
    assert "  enrich (map) ← schematize\n    ts timestamp (event time)\n" in answer.out
    assert "    site string?\n" in answer.out
    assert "  :hot_c   float   85.0       0      200    operator\n" in answer.out
    assert "  overheating (alert) ← enrich\n    critical; tells oncall, bus\n" in answer.out
    assert "  stats   per_sensor  warehouse  normal" in answer.out


def test_it_shows_the_code(cli: Any, job: str) -> None:
    answer = cli("explain", "--code", job)
    assert answer.code == 0
    compile(answer.out, "generated", "exec")


def test_json_is_the_plan(cli: Any, job: str) -> None:
    assert decode_plan(cli("explain", "-o", "json", job).out.encode()).name == "press-temperature"


def test_a_wrong_job_is_not_explained(cli: Any, job: str) -> None:
    Path(job).write_text("kind: Jb", "utf-8")
    answer = cli("explain", job)
    assert answer.code == 3
    assert f"{job}:1:7: not one of the choices" in answer.err
