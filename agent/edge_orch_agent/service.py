"""The service manager, as sd_notify(3) reaches it: told that the agent is ready, alive, ending."""

from __future__ import annotations

import asyncio
import contextlib
import os
import socket
import time
from collections.abc import Callable, Mapping

_PINGS_A_PERIOD = 3
FAILED_START_S = 30.0
"""Below the unit's `TimeoutStartSec`, also when the start itself was slow."""


def hold_failed_start(environment: Mapping[str, str] = os.environ, sleep: Callable[[float], None] = time.sleep) -> None:
    """Under a service manager, wait before a start that has failed ends: it would be tried again at once, for ever, and
    each start is a dozen lines of log, most of them the manager's own."""
    if environment.get("NOTIFY_SOCKET"):
        sleep(FAILED_START_S)


class ServiceManager:
    """One datagram an event, to the socket named in the environment; silent where none is.

    While started, it pings as often as the watchdog wants, from the event loop and from nowhere else: where the loop
    hangs, or the code of a job does not return to it, no ping leaves, and the service manager starts the agent anew.
    """

    def __init__(self, environment: Mapping[str, str] = os.environ) -> None:
        self._address = environment.get("NOTIFY_SOCKET", "").replace("@", "\0", 1)
        own = environment.get("WATCHDOG_PID", str(os.getpid())) == str(os.getpid())
        period_us = environment.get("WATCHDOG_USEC", "") if own else ""
        self._ping_s = int(period_us) / 1e6 / _PINGS_A_PERIOD if period_us.isdigit() else 0.0
        self._timer: asyncio.TimerHandle | None = None

    def ready(self, status: str) -> None:
        """The agent works from now on; begins to ping. Needs a running loop."""
        self._tell(f"READY=1\nSTATUS={status}")
        if self._ping_s:
            self._ping()

    def stopping(self) -> None:
        """The agent ends; it still pings, for ending may take a moment."""
        self._tell("STOPPING=1")

    def close(self) -> None:
        """No more pings."""
        if self._timer is not None:
            self._timer.cancel()

    def _ping(self) -> None:
        self._tell("WATCHDOG=1")
        self._timer = asyncio.get_running_loop().call_later(self._ping_s, self._ping)

    def _tell(self, message: str) -> None:
        if not self._address:
            return
        # A service manager that does not listen must not stop the agent: its watchdog will notice by itself.
        with (
            contextlib.suppress(OSError),
            socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM | socket.SOCK_NONBLOCK) as to,
        ):
            to.sendto(message.encode(), self._address)
