"""Gives memory back to the system: what starting, a rollout or a backlog took stays with the allocator otherwise."""

from __future__ import annotations

import asyncio
import ctypes
import gc
from collections.abc import Callable

FIRST_S = 3.0
"""After the start: jobs run by then, and what lives will live long."""
EVERY_S = 60.0


_M_TRIM_THRESHOLD, _M_MMAP_THRESHOLD, _M_ARENA_MAX = -1, -3, -8
"""glibc's names for its settings (`malloc.h`)."""
LARGE_BYTES = 4 << 20
"""Larger than what is read, joined and sent all the time (an append to a file is the largest): to give that back each
time, and to get it page by page and zeroed for the next, took a tenth of the processor under full load."""
SPARE_BYTES = 8 << 20
"""Free at the heap's end, stays with it until `Tidy` comes, for the same reason."""


def keep_small() -> None:
    """Let what is very large (a backlog's segments, requests with files) go back to the system when it is freed.

    glibc otherwise learns to keep such blocks: in its heap, between what lives long, and in one heap for each thread.
    What is smaller stays there until `Tidy` comes.
    To call before there are threads.
    """
    mallopt = getattr(ctypes.CDLL(None), "mallopt", None)
    if mallopt is not None:  # other C libraries need nothing
        mallopt(_M_ARENA_MAX, 1)
        mallopt(_M_MMAP_THRESHOLD, LARGE_BYTES)
        mallopt(_M_TRIM_THRESHOLD, SPARE_BYTES)


class Tidy:
    """Trims once the agent has settled, and then every minute: less than a millisecond on a heap of some ten MiB.

    glibc then gives back every free page, also between what lives long.
    """

    def __init__(self) -> None:
        self._trim = _malloc_trim()
        self._timer: asyncio.TimerHandle | None = None

    def start(self) -> None:
        """Begin; needs a running loop."""
        self._timer = asyncio.get_running_loop().call_later(FIRST_S, self._settled)

    def stop(self) -> None:
        """No more."""
        if self._timer is not None:
            self._timer.cancel()

    def _settled(self) -> None:
        # What lives from here on lives to the end: the collector need not look at it again.
        gc.collect()
        gc.freeze()
        self._again()

    def _again(self) -> None:
        self._trim(0)
        self._timer = asyncio.get_running_loop().call_later(EVERY_S, self._again)


def _malloc_trim() -> Callable[[int], object]:
    """glibc's `malloc_trim`; other C libraries have none and need none."""
    trim: Callable[[int], object] | None = getattr(ctypes.CDLL(None), "malloc_trim", None)
    return trim or (lambda _pad: None)
