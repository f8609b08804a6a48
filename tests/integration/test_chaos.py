"""A short run of `make chaos`: five plugs pulled, numbered records asked."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

pytestmark = pytest.mark.integration
ROOT = Path(__file__).parents[2]


def test_nothing_is_lost_or_doubled_by_five_kills() -> None:
    command = [sys.executable, "-m", "benchmarks.chaos", "--rounds", "5", "--rate", "200"]
    ended = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=180, check=False)
    if "mosquitto is not installed" in ended.stderr:
        pytest.skip("mosquitto is not installed (make services)")
    assert ended.returncode == 0, ended.stdout + ended.stderr
    verdict = json.loads(ended.stdout.splitlines()[-1])
    assert (verdict["lost"], verdict["duplicated"]) == (0, 0)
    assert verdict["sent"] == verdict["delivered"] + verdict["dead"] > 0
