"""The flight recorder: which job's code was running when the process ended without a word."""

from __future__ import annotations

import mmap
import os
import struct
import zlib
from pathlib import Path

from edge_orch_agent.core.guarding import Crash

_NAME_BYTES = 256
_ENTRY = struct.Struct(f"<BqI{_NAME_BYTES}s")  # 1 while a call runs; version; checksum of its input; job
_COUNTS = struct.Struct("<II")  # processes that ended so in a row; the latest of them with the same input
_SIZE = 2 * _ENTRY.size + _COUNTS.size


class FlightRecorder:
    """A few hundred bytes of a file in memory that outlives the process: no write, no sync, under a microsecond a call.

    The kernel writes the page back by itself at most every few seconds; on a tmpfs never. `crash`: what the last
    process left behind, None if it ended outside of every call.
    """

    def __init__(self, path: Path) -> None:
        try:
            self._memory = _mapped(path)
        except OSError:  # a full or foreign disk: this run is not recorded, and works all the same
            self._memory = mmap.mmap(-1, _SIZE)
        self.crash = self._learn()

    def begin(self, job: str, version: int, what: str) -> None:
        """A call begins."""
        name = job.encode()[:_NAME_BYTES]
        _ENTRY.pack_into(self._memory, 0, 1, version, zlib.crc32(what.encode()), name)

    def end(self) -> None:
        """The call has ended, well or not: the process lives."""
        self._memory[0] = 0

    def settle(self) -> None:
        """This process has worked for a while: ends before it count no more."""
        self._memory[_ENTRY.size :] = bytes(_SIZE - _ENTRY.size)

    def close(self) -> None:
        """This process ends in order: what came before it counts no more."""
        if not self._memory.closed:
            self._memory[:] = bytes(_SIZE)
            self._memory.close()

    def _learn(self) -> Crash | None:
        running, version, checksum, name = _ENTRY.unpack_from(self._memory, 0)
        if not running:
            self._memory[:] = bytes(_SIZE)
            return None
        _, last_version, last_checksum, last_name = _ENTRY.unpack_from(self._memory, _ENTRY.size)
        in_a_row, on_one_input = _COUNTS.unpack_from(self._memory, 2 * _ENTRY.size)
        if (last_name, last_version) != (name, version):
            in_a_row = on_one_input = 0
        elif last_checksum != checksum:
            on_one_input = 0
        _COUNTS.pack_into(self._memory, 2 * _ENTRY.size, in_a_row + 1, on_one_input + 1)
        _ENTRY.pack_into(self._memory, _ENTRY.size, 0, version, checksum, name)
        self._memory[0] = 0
        return Crash(name.rstrip(b"\0").decode(errors="replace"), version, in_a_row + 1, on_one_input + 1)


def _mapped(path: Path) -> mmap.mmap:
    descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW | os.O_CLOEXEC, 0o600)
    try:
        if os.fstat(descriptor).st_size != _SIZE:
            # Written, not only made long: a page of the map that finds no room on the disk would end the process.
            os.ftruncate(descriptor, 0)
            os.pwrite(descriptor, bytes(_SIZE), 0)
        return mmap.mmap(descriptor, _SIZE)
    finally:
        os.close(descriptor)
