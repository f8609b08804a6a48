from __future__ import annotations

import platform
import subprocess
import sys

import pytest

PROGRAM = """
from edge_orch_agent.memory import keep_small
import sys
if sys.argv[1] == "small":
    keep_small()
def resident():
    return int(open("/proc/self/statm").read().split()[1]) * 4096
bytes(1 << 20)                                                     # freed: glibc learns to keep such blocks
before = resident()
pairs = [(b"x" * (1 << 20), bytes(600 + n)) for n in range(40)]     # large ones, and small ones that stay behind them
small = [pair[1] for pair in pairs]
del pairs
print(resident() - before)
"""


def left(how: str) -> int:
    """Bytes that stay resident after 40 MiB of large blocks were freed."""
    done = subprocess.run([sys.executable, "-c", PROGRAM, how], capture_output=True, text=True, check=True)
    return int(done.stdout)


@pytest.mark.skipif(platform.libc_ver()[0] != "glibc", reason="the settings are glibc's")
def test_large_blocks_go_back_though_small_ones_lie_between_them() -> None:
    assert left("small") < 4 << 20 < 20 << 20 < left("as it is")
