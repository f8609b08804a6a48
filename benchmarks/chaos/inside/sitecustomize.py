"""Runs inside the agent before its first line, because this folder is on its PYTHONPATH: the product has no switches.

In the folder that `EDGE_ORCH_CHAOS` names: `crash-at` holds a number n, and the process is killed right before the n-th
statement of its commits runs, counted from its start; `clock` holds microseconds by which its wall clock is off. Both
are for one process of an agent only; all others ignore them.
"""

from __future__ import annotations

import os
import signal
import sqlite3
import sys
import time
from pathlib import Path
from typing import Any

LOOK_EVERY_NS = 100_000_000


def kill_before_statement(number: int) -> None:
    """Count what SQLite is about to run between BEGIN and COMMIT, both included."""
    left, inside, connect = number, False, sqlite3.connect

    def about_to_run(statement: str) -> None:
        nonlocal left, inside
        inside = inside or statement.startswith("BEGIN IMMEDIATE")
        if inside:
            left -= 1
            if left == 0:
                os.kill(os.getpid(), signal.SIGKILL)
        inside = inside and not statement.startswith("COMMIT")

    def connect_counted(*arguments: Any, **options: Any) -> sqlite3.Connection:
        connection: sqlite3.Connection = connect(*arguments, **options)
        connection.set_trace_callback(about_to_run)
        return connection

    vars(sqlite3)["connect"] = connect_counted


def shift_clock(file: Path) -> None:
    """Let `time.time_ns` be off by what stands in the file, looked at again a few times a second."""
    real, monotonic = time.time_ns, time.monotonic_ns
    off_ns, looked_ns = 0, -LOOK_EVERY_NS

    def shifted() -> int:
        nonlocal off_ns, looked_ns
        if monotonic() - looked_ns >= LOOK_EVERY_NS:
            looked_ns = monotonic()
            off_ns = int(file.read_text() or "0") * 1000 if file.exists() else 0
        return real() + off_ns

    time.time_ns = shifted


if "EDGE_ORCH_CHAOS" in os.environ and "edge_orch_agent.main" in sys.orig_argv:
    folder = Path(os.environ["EDGE_ORCH_CHAOS"])
    shift_clock(folder / "clock")
    plan = folder / "crash-at"
    if plan.exists():
        planned = int(plan.read_text())
        plan.unlink()
        kill_before_statement(planned)
