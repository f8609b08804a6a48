from __future__ import annotations

import platform
import subprocess
import sys

import pytest
from edge_orch_agent.memory import LARGE_BYTES

PROGRAM = """
from edge_orch_agent.memory import keep_small, _malloc_trim
import sys
how, size = sys.argv[1], int(sys.argv[2])
if how != "as it is":
    keep_small()
def resident():
    return int(open("/proc/self/statm").read().split()[1]) * 4096
bytes(size)                                                         # freed: glibc learns to keep such blocks
before = resident()
pairs = [(b"x" * size, bytes(600 + n)) for n in range((40 << 20) // size)]  # large ones, small ones stay behind them
small = [pair[1] for pair in pairs]
del pairs
if how == "trimmed":
    _malloc_trim()(0)
print(resident() - before)
"""

pytestmark = pytest.mark.skipif(platform.libc_ver()[0] != "glibc", reason="the settings are glibc's")


def left(how: str, size: int) -> int:
    """Bytes that stay resident after 40 MiB of blocks of this size were freed."""
    command = [sys.executable, "-c", PROGRAM, how, str(size)]
    return int(subprocess.run(command, capture_output=True, text=True, check=True).stdout)


def test_large_blocks_go_back_though_small_ones_lie_between_them() -> None:
    assert left("small", LARGE_BYTES) < 4 << 20 < 20 << 20 < left("as it is", LARGE_BYTES)


def test_what_the_heap_keeps_of_others_goes_back_with_the_next_trim() -> None:
    assert left("trimmed", 1 << 20) < 4 << 20 < 20 << 20 < left("small", 1 << 20)
