"""The only place in the agent that reads clocks."""

from __future__ import annotations

import ctypes
import time
from pathlib import Path

import msgspec

from edge_orch.time import SECOND, ClockQuality, Instant

BOOT_ID = Path("/proc/sys/kernel/random/boot_id")
HARDWARE = Path("/sys/class/rtc/rtc0/hctosys")
SYNCHRONIZED = Path("/run/systemd/timesync/synchronized")
PRETENDED = (Path("/var/lib/systemd/timesync/clock"), Path("/etc/fake-hwclock.data"))
PLAUSIBLE_US = 1_704_067_200 * SECOND
"""2024-01-01: a wall clock before this date was never set in this boot."""

_TIME_ERROR = 5  # adjtimex(2): the kernel's clock is not disciplined
_TIMEX_BYTES = 512  # struct timex is 208 bytes on 64-bit Linux; `modes` = 0 means: only read
_ASK_EVERY_US = 10 * SECOND


class Evidence(msgspec.Struct, frozen=True):
    """What speaks for the wall clock and against it.

    `disciplined`: the kernel says that a time service keeps it right now. `was_disciplined`: one did, in this boot.
    `hardware`: the kernel set it at boot from a clock with a battery. `pretended`: this machine has no such clock, and
    at boot is given the date of its last shutdown (systemd-timesyncd, fake-hwclock), which is wrong and plausible.
    """

    disciplined: bool = False
    was_disciplined: bool = False
    hardware: bool = False
    pretended: bool = False


class SystemClock:
    """Reads wall clock, monotonic clock and boot id, and says how far the wall clock can be trusted.

    The monotonic clock is CLOCK_MONOTONIC, as the event loop's: it stands still while the machine is suspended, and so
    do timeouts, for nothing could have been heard meanwhile.
    """

    def __init__(self) -> None:
        try:
            self.boot = BOOT_ID.read_text().strip()
        except OSError:
            self.boot = "unknown"
        self._adjtimex = getattr(ctypes.CDLL(None), "adjtimex", None)
        self._evidence = Evidence()
        self._asked_us: int | None = None

    def now(self) -> Instant:
        """This moment; its `mono_us` shares its zero with the event loop's time."""
        mono_us = time.monotonic_ns() // 1000
        if self._asked_us is None or mono_us - self._asked_us >= _ASK_EVERY_US:
            self._asked_us = mono_us
            self._evidence = self._look()
        wall_us = time.time_ns() // 1000
        return Instant(wall_us, mono_us, self.boot, quality(wall_us, self._evidence))

    def _look(self) -> Evidence:
        disciplined = self._ask_kernel()
        before = self._evidence.disciplined or self._evidence.was_disciplined
        hardware = _read(HARDWARE) == "1"
        return Evidence(
            disciplined=disciplined,
            was_disciplined=before or _exists(SYNCHRONIZED),
            hardware=hardware,
            pretended=not hardware and any(map(_exists, PRETENDED)),
        )

    def _ask_kernel(self) -> bool:
        if self._adjtimex is None:
            return False
        state: int = self._adjtimex(ctypes.create_string_buffer(_TIMEX_BYTES))
        return state not in (-1, _TIME_ERROR)


def quality(wall_us: int, evidence: Evidence) -> ClockQuality:
    """What a wall clock that says `wall_us` is worth.

    Without a battery, and without anything that pretends, a plausible date can only have been set in this boot: by a
    person, or by the host of a virtual machine.
    """
    if wall_us < PLAUSIBLE_US:
        return ClockQuality.UNKNOWN
    if evidence.disciplined:
        return ClockQuality.SYNCED
    if evidence.pretended and not evidence.was_disciplined:
        return ClockQuality.UNKNOWN
    return ClockQuality.HOLDOVER


def _exists(path: Path) -> bool:
    """False also where the disk does not say: whoever asks for the time must get it."""
    try:
        return path.exists()
    except OSError:
        return False


def _read(path: Path) -> str:
    try:
        return path.read_text().strip()
    except OSError:
        return ""
