"""The only place in the controller that reads clocks."""

from __future__ import annotations

import time
from pathlib import Path
from typing import Protocol

from edge_orch.time import Instant

BOOT_ID = Path("/proc/sys/kernel/random/boot_id")


class Clock(Protocol):
    """Says what time it is."""

    def now(self) -> Instant: ...


class SystemClock:
    """This machine's clocks. A server's wall clock is taken as disciplined: everything it signs depends on it."""

    def __init__(self) -> None:
        self.boot = BOOT_ID.read_text().strip() if BOOT_ID.exists() else "unknown"

    def now(self) -> Instant:
        """This moment; its `mono_us` shares its zero with the event loop's time."""
        return Instant(time.time_ns() // 1000, time.monotonic_ns() // 1000, self.boot)
