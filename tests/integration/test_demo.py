"""The whole house at work: the demo as a user runs it, and with parts of it killed on the way."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

pytestmark = [
    pytest.mark.integration,
    pytest.mark.skipif(sys.platform != "linux", reason="looks for processes in /proc"),
]

COMMAND = [sys.executable, "-m", "edge_orch.cli.main", "demo", "--rate", "300"]
KEYS = [
    "agents",
    "records_in",
    "delivered",
    "dead",
    "dropped",
    "lost",
    "duplicated",
    "alerts_opened",
    "alerts_notified",
    "overrides_kept",
    "converged",
    "seconds",
]


class Demo:
    """A demo that runs, its output line by line, and its children."""

    def __init__(self, folder: Path, *options: str) -> None:
        self.process = subprocess.Popen(
            [*COMMAND, *options],
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            env={**os.environ, "PYTHONUNBUFFERED": "1", "TMPDIR": str(folder)},
        )

    def lines(self) -> Iterator[str]:
        assert self.process.stdout is not None
        return (line.rstrip("\n") for line in self.process.stdout)

    def children(self) -> dict[int, str]:
        """Process id → command line."""
        pid = self.process.pid
        found = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
        return {int(child): Path(f"/proc/{child}/cmdline").read_text().replace("\0", " ") for child in found}

    def kill(self, *words: str) -> None:
        """SIGKILL every child whose command line has one of the words."""
        for pid, command in self.children().items():
            if any(word in command for word in words):
                os.kill(pid, signal.SIGKILL)


@pytest.fixture
def demo(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Demo]:
    running = Demo(tmp_path, *request.param)
    with running.process:
        yield running
        running.process.kill()


def check_verdict(demo: Demo, lines: list[str]) -> None:
    assert demo.process.wait(10) == 0, "\n".join(lines)
    verdict = json.loads(lines[-1])
    assert list(verdict) == KEYS
    assert verdict["seconds"] <= 60
    assert verdict["records_in"] == verdict["delivered"] + verdict["dead"] > 3_000
    assert verdict["dead"] > 0
    expected = {"agents": 3, "dropped": 0, "lost": 0, "duplicated": 0, "overrides_kept": 1, "converged": True}
    assert verdict.items() >= {**expected, "alerts_opened": 3, "alerts_notified": 3}.items()


@pytest.mark.parametrize("demo", [()], indirect=True)
def test_the_main_job(demo: Demo) -> None:
    check_verdict(demo, list(demo.lines()))


@pytest.mark.parametrize("demo", [("--no-mosquitto",)], indirect=True)
def test_it_ends_well_when_its_parts_are_killed(demo: Demo) -> None:
    victims = {
        "first lines arrive": ("austin-press-line", "controller serve"),
        "SIGKILL brno": ("chennai-press-line", "controller serve"),
        "alerts resolve": ("brno-press-line",),
    }
    lines = []
    for line in demo.lines():
        lines.append(line)
        for title, words in victims.items():
            if title in line:
                demo.kill(*words)
    check_verdict(demo, lines)


@pytest.mark.parametrize("demo", [()], indirect=True)
@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGKILL])
def test_nothing_outlives_it(demo: Demo, number: signal.Signals, tmp_path: Path) -> None:
    next(line for line in demo.lines() if "✓" in line)
    children = list(demo.children())
    assert len(children) >= 4
    demo.process.send_signal(number)
    assert demo.process.wait(20) == (-signal.SIGKILL if number == signal.SIGKILL else 130)
    deadline = time.monotonic() + 10
    while any(Path(f"/proc/{pid}").exists() for pid in children):
        assert time.monotonic() < deadline, "children were left behind"
    assert number == signal.SIGKILL or not list(tmp_path.iterdir())
