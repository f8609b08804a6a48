"""A bell that rings when an open file changes (inotify), so that nobody waits for the next look at it."""

from __future__ import annotations

import asyncio
import contextlib
import ctypes
import os
import struct
from typing import BinaryIO

_ATTRIB, _MODIFY, _MOVE_SELF, _ONESHOT = 0x4, 0x2, 0x800, 0x80000000
"""The kernel's names (`inotify.h`). The attributes of a file change, too, when another one takes its name."""
_EVENT = struct.Struct("iIII")
"""Watch, mask, cookie, length of the name that follows it."""
_READ_BYTES = 16 << 10


class Bell:
    """Waits for files. Where the kernel cannot tell (no inotify, no more watches, a network's file system) time does.

    A watch is set for one wait and rings once: what happens to a file for which nobody waits wakes nobody.
    """

    def __init__(self) -> None:
        self._libc = ctypes.CDLL(None, use_errno=True)
        self._descriptor = -1
        self._waiting: dict[int, asyncio.Event] = {}

    def open(self) -> None:
        """Listen; needs a running loop."""
        make = getattr(self._libc, "inotify_init1", None)
        self._descriptor = make(os.O_NONBLOCK | os.O_CLOEXEC) if make is not None else -1
        if self._descriptor >= 0:
            asyncio.get_running_loop().add_reader(self._descriptor, self._ring)

    def close(self) -> None:
        """No more; whoever waits does so to the end of the time."""
        if self._descriptor >= 0:
            asyncio.get_running_loop().remove_reader(self._descriptor)
            os.close(self._descriptor)
            self._descriptor = -1

    async def wait(self, file: BinaryIO, most_s: float) -> bool:
        """Until the file is written to, renamed or replaced, or so many seconds have gone by; whether it rang."""
        watch = self._watch(file)
        if watch < 0:
            await asyncio.sleep(most_s)
            return False
        rung = self._waiting[watch] = asyncio.Event()
        try:
            async with asyncio.timeout(most_s):
                await rung.wait()
        except TimeoutError:
            return False
        finally:
            self._waiting.pop(watch, None)
            if self._descriptor >= 0 and not rung.is_set():
                self._libc.inotify_rm_watch(self._descriptor, watch)
        return True

    def _watch(self, file: BinaryIO) -> int:
        """A watch on the file itself, whatever its name is by now; negative if there is none."""
        if self._descriptor < 0:
            return -1
        path, mask = b"/proc/self/fd/%d" % file.fileno(), _ATTRIB | _MODIFY | _MOVE_SELF | _ONESHOT
        return int(self._libc.inotify_add_watch(self._descriptor, path, ctypes.c_uint32(mask)))

    def _ring(self) -> None:
        with contextlib.suppress(BlockingIOError):
            events, place = os.read(self._descriptor, _READ_BYTES), 0
            while place < len(events):
                watch, _mask, _cookie, length = _EVENT.unpack_from(events, place)
                place += _EVENT.size + length
                if watch in self._waiting:
                    self._waiting[watch].set()
