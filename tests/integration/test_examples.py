"""Each example runs by itself, as its README says."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
SCRIPTS = sorted((ROOT / "examples").glob("*/run.sh"))


@pytest.mark.integration
@pytest.mark.parametrize("script", SCRIPTS, ids=lambda script: script.parent.name)
def test_an_example_runs(script: Path, tmp_path: Path) -> None:
    for folder in ("jobs", "examples"):
        shutil.copytree(ROOT / folder, tmp_path / folder)
    path = f"{Path(sys.executable).parent}:{os.environ['PATH']}"
    copy = tmp_path / script.relative_to(ROOT)
    done = subprocess.run(["sh", copy], env={**os.environ, "PATH": path}, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert done.stdout
    assert (script.parent / "README.md").exists()


@pytest.mark.integration
def test_a_reader_that_goes_away_is_no_error(tmp_path: Path) -> None:
    log = tmp_path / "press.log"
    log.write_text("".join(f"{1767225600 + n} press-01 n={n} TEMP=70C\n" for n in range(50_000)))
    command = [sys.executable, "-m", "edge_orch.cli.main", "run", str(ROOT / "jobs/press_temperature.yaml")]
    command += ["--topic", "plant/press-01", "--input", str(log)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as process:
        assert process.stdout
        assert process.stderr
        process.stdout.readline()
        process.stdout.close()
        errors = process.stderr.read()
        assert process.wait() != 0
    assert errors == b""
