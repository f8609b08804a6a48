"""What the kernel says of a process: memory, processor time, bytes written."""

from __future__ import annotations

import os
from pathlib import Path

import msgspec

_TICKS_A_SECOND = os.sysconf("SC_CLK_TCK")
_C_LIBRARY = ("libc.so", "libm.so", "ld-linux", "ld-musl")


class Memory(msgspec.Struct, frozen=True):
    """In MiB. `pss` divides pages shared with other processes among them; `anonymous` is nobody else's."""

    pss: float
    rss: float
    anonymous: float


def memory(pid: int) -> Memory:
    """From `/proc/PID/smaps_rollup`, KiB there."""
    fields = _fields(pid, "smaps_rollup")
    return Memory(*(round(fields[name] / 1024, 1) for name in ("Pss", "Rss", "Anonymous")))


def alone(pid: int) -> float:
    """What its PSS would be if it were the only Python: of all files only the C library's are shared. In MiB."""
    total, shared = 0, False
    for line in Path(f"/proc/{pid}/smaps").read_text().splitlines():
        words = line.split()
        if words[0] == ("Pss:" if shared else "Rss:"):
            total += int(words[1])
        elif not words[0].endswith(":"):
            shared = len(words) > 5 and Path(words[5]).name.startswith(_C_LIBRARY)
    return round(total / 1024, 1)


def peak_rss(pid: int) -> float:
    """The most that was resident since its start, in MiB."""
    return round(_fields(pid, "status")["VmHWM"] / 1024, 1)


def cpu_s(pid: int) -> float:
    """User and system time since its start, all threads (`/proc/PID/stat`, fields 14 and 15)."""
    after_name = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(after_name[11]) + int(after_name[12])) / _TICKS_A_SECOND


def children(pid: int) -> list[int]:
    """Processes that it, or any of its threads, has started and that are there still."""
    tasks = Path(f"/proc/{pid}/task").iterdir()
    return [int(child) for task in tasks for child in (task / "children").read_text().split()]


def threads(pid: int) -> int:
    """How many threads run."""
    return _fields(pid, "status")["Threads"]


def written(pid: int) -> int:
    """Bytes it caused to be sent to the block layer, as the kernel counts them (`write_bytes`)."""
    return _fields(pid, "io")["write_bytes"]


def _fields(pid: int, file: str) -> dict[str, int]:
    """The lines `Name: number …` of a file in /proc."""
    lines = (line.split() for line in Path(f"/proc/{pid}/{file}").read_text().splitlines())
    return {words[0][:-1]: int(words[1]) for words in lines if len(words) > 1 and words[1].isdigit()}
