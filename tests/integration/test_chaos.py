"""A short run of `make chaos`: twenty plugs pulled, numbered records asked. `make chaos-nightly` pulls 200."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

pytestmark = pytest.mark.integration
ROOT = Path(__file__).parents[2]


def test_nothing_is_lost_or_doubled_by_twenty_kills() -> None:
    command = [sys.executable, "-m", "benchmarks.chaos", "--rounds", "20", "--rate", "200"]
    ended = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=300, check=False)
    if "mosquitto is not installed" in ended.stderr:
        pytest.skip("mosquitto is not installed (make services)")
    assert ended.returncode == 0, ended.stdout + ended.stderr
    verdict = json.loads(ended.stdout.splitlines()[-1])
    assert (verdict["lost"], verdict["duplicated"]) == (0, 0)
    assert list(verdict) == [
        *("rounds", "kills", "sent", "delivered", "dead", "counted_drops", "lost", "duplicated", "seconds")
    ]
    assert verdict["kills"] >= 15  # one in ten is a SIGTERM
    assert verdict["sent"] == verdict["delivered"] + verdict["dead"] > 0
