"""How long a command takes, and how much it holds."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

import msgspec


class Cost(msgspec.Struct, frozen=True):
    """Seconds of wall clock and of processor; the most that was resident, in MB, in the process that held most."""

    wall_s: float
    cpu_s: float
    peak_mb: float

    def without(self, start: Cost) -> Cost:
        """What is left when what it costs to start, and to do nothing, is taken off. The peak stays."""
        return Cost(max(self.wall_s - start.wall_s, 1e-9), max(self.cpu_s - start.cpu_s, 1e-9), self.peak_mb)


class Failed(Exception):
    """The command did not end well."""


def measure(command: Sequence[str], *, core: int, source: Path, log: Path) -> Cost:
    """Run the command to its end, on one core, with `source` as its standard input. Raises `Failed`."""
    launcher = [sys.executable, "-S", str(Path(__file__).with_name("launcher.py")), str(core), str(source), str(log)]
    told = subprocess.run([*launcher, *command], capture_output=True, check=False)
    if told.returncode:
        raise Failed(told.stderr.decode(errors="replace").strip().splitlines()[-1])
    code, *costs = msgspec.json.decode(told.stdout, type=tuple[int, float, float, float])
    if code:
        last = log.read_text(errors="replace").strip().splitlines()[-1:] or ["it said nothing"]
        raise Failed(f"exit code {code}: {last[0]}")
    return Cost(*costs)
