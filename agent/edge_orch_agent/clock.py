"""The only place in the agent that reads clocks."""

from __future__ import annotations

import ctypes
import time
from pathlib import Path

from edge_orch.time import SECOND, ClockQuality, Instant

BOOT_ID = Path("/proc/sys/kernel/random/boot_id")
PLAUSIBLE_US = 1_704_067_200 * SECOND
"""2024-01-01: a wall clock before this date was never set in this boot."""

_TIME_ERROR = 5  # adjtimex(2): the kernel's clock is not disciplined
_TIMEX_BYTES = 512  # struct timex is 208 bytes on 64-bit Linux; `modes` = 0 means: only read
_ASK_KERNEL_EVERY_US = 10 * SECOND


class SystemClock:
    """Reads wall clock, monotonic clock and boot id, and says how far the wall clock can be trusted.

    `synced`: the kernel says that a time service disciplines it now. `holdover`: it does not, but the date is
    plausible: it was set in this boot, or a fake hardware clock restored the date of the last shutdown, which this
    cannot tell apart. `unknown`: the date is before 2024.
    """

    def __init__(self) -> None:
        try:
            self.boot = BOOT_ID.read_text().strip()
        except OSError:
            self.boot = "unknown"
        self._adjtimex = getattr(ctypes.CDLL(None), "adjtimex", None)
        self._disciplined = False
        self._asked_us: int | None = None

    def now(self) -> Instant:
        """This moment; its `mono_us` shares its zero with the event loop's time."""
        mono_us = time.monotonic_ns() // 1000
        if self._asked_us is None or mono_us - self._asked_us >= _ASK_KERNEL_EVERY_US:
            self._asked_us = mono_us
            self._disciplined = self._ask_kernel()
        wall_us = time.time_ns() // 1000
        return Instant(wall_us, mono_us, self.boot, quality(wall_us, self._disciplined))

    def _ask_kernel(self) -> bool:
        if self._adjtimex is None:
            return False
        state: int = self._adjtimex(ctypes.create_string_buffer(_TIMEX_BYTES))
        return state not in (-1, _TIME_ERROR)


def quality(wall_us: int, disciplined: bool) -> ClockQuality:
    """What a wall clock that says `wall_us` is worth."""
    if wall_us < PLAUSIBLE_US:
        return ClockQuality.UNKNOWN
    return ClockQuality.SYNCED if disciplined else ClockQuality.HOLDOVER
