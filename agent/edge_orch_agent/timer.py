"""The one timer that the driver sets after each event."""

from __future__ import annotations

import asyncio
from collections.abc import Callable


class Timer:
    """Calls `ring` once when its time has come, or too early.

    What rings too early finds nothing to do and sets it anew: hundreds of events may follow each other in a second,
    each with a later wish, and that costs less than a new timer after each.
    """

    def __init__(self, ring: Callable[[], None]) -> None:
        self._ring = ring
        self._handle: asyncio.TimerHandle | None = None

    def set(self, delay_s: float | None) -> None:
        """Ring in so many seconds at the latest; None: never. Needs a running loop."""
        loop = asyncio.get_running_loop()
        if delay_s is None:
            self.stop()
        elif self._handle is None or self._handle.when() > loop.time() + delay_s:
            self.stop()
            self._handle = loop.call_later(max(0.0, delay_s), self._rung)

    def stop(self) -> None:
        """No more."""
        if self._handle is not None:
            self._handle.cancel()
            self._handle = None

    def _rung(self) -> None:
        self._handle = None
        self._ring()
