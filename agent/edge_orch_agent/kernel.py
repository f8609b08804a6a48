"""What the kernel counts of this process."""

from __future__ import annotations

from pathlib import Path

_ACCOUNT = Path("/proc/self/io")


def bytes_written() -> int | None:
    """Bytes that this process has had sent to disks since its start; None where the kernel does not say."""
    try:
        lines = _ACCOUNT.read_text().splitlines()
    except OSError:
        return None
    return next((int(line.split()[1]) for line in lines if line.startswith("write_bytes:")), None)
