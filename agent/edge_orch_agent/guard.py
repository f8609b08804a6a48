"""The guard around jobs' code: bounds for the processor and for memory, and an account of who took what."""

from __future__ import annotations

import gc
import os
import resource
import signal
import time
from collections.abc import Callable
from pathlib import Path
from types import FrameType
from typing import TypeVar

from edge_orch_agent.core.guarding import Overran
from edge_orch_agent.flight_recorder import FlightRecorder

CPU_S = 2.0
"""Most of the processor that one call may take: a full batch needs some tenths of a second on a small machine."""
MEMORY_BYTES = 128 << 20
"""How much one call may add to what the process has: a batch of 4 MiB needs some tens of MiB as objects."""
PROVEN_S = 60.0
"""A process that has lived so long is no link in a chain of crashes."""
_CALLS_TO_LET_GO = 2
"""What a broken call leaves lies in cycles, and would count as what the process needs: the next call could add as much
again. Its pipeline is let go of when the next call has built another, so the one after that looks once more."""
_TICK_S = 0.25  # of processor time: a machine that idles, or sleeps, is not woken for it
_LOOK_EVERY_S = 1.0
_STATM = Path("/proc/self/statm")
_PAGE = os.sysconf("SC_PAGE_SIZE")

Result = TypeVar("Result")


class ProcessGuard:
    """Bounds calls in this process; for the main thread only, one call at a time.

    The processor: a timer that counts processor time raises `Overran` inside the call. It interrupts Python code and
    the matching of regular expressions; what stays inside one other C function is left to the service's watchdog.
    Memory: the soft limit of the data segment, lowered for the call, makes a run-away allocation a MemoryError of
    this call. Another thread that needs memory at just that moment can meet it, too.
    """

    def __init__(self, recorder: FlightRecorder, cpu_s: float = CPU_S, memory_bytes: int = MEMORY_BYTES) -> None:
        self._recorder = recorder
        self._cpu_s = cpu_s
        self._memory_bytes = memory_bytes
        self._limits = resource.getrlimit(resource.RLIMIT_DATA)
        self._lowered = self._limits
        # Held open: where descriptors have run out, a record must not be blamed for it.
        self._statm = _STATM.open("rb", buffering=0)
        self._looked_at = -_LOOK_EVERY_S
        self._settles_at: float | None = time.monotonic() + PROVEN_S
        self._litter = 0
        self._inside = False
        self._began_s = 0.0
        self._used_s: dict[str, float] = {}

    def start(self) -> None:
        """Let the timer run. Only from the main thread."""
        signal.signal(signal.SIGPROF, self._tick)
        signal.siginterrupt(signal.SIGPROF, False)
        signal.setitimer(signal.ITIMER_PROF, _TICK_S, _TICK_S)

    def stop(self) -> None:
        """No more bounds; the recorder says that this run ended in order."""
        signal.setitimer(signal.ITIMER_PROF, 0)
        signal.signal(signal.SIGPROF, signal.SIG_DFL)
        self._recorder.close()
        self._statm.close()

    def call(self, job: str, version: int, what: str, function: Callable[[], Result]) -> Result:
        """The function's result. Raises `Overran`, MemoryError, or whatever the function raises."""
        self._recorder.begin(job, version, what)
        self._lower_limit()
        self._began_s = time.thread_time()
        # Two, because a tick may still raise where the inner one begins.
        try:
            try:
                self._inside = True
                return function()
            finally:
                self._inside = False
        except BaseException:
            self._litter = _CALLS_TO_LET_GO
            raise
        finally:
            self._inside = False
            self._used_s[job] = self._used_s.get(job, 0.0) + time.thread_time() - self._began_s
            resource.setrlimit(resource.RLIMIT_DATA, self._limits)
            self._recorder.end()

    def cpu_us(self, job: str) -> int:
        """Processor time of all calls for the job in this run, in microseconds."""
        return round(self._used_s.get(job, 0.0) * 1e6)

    def _tick(self, _number: int, _frame: FrameType | None) -> None:
        # Again at each tick: what is raised in a finalizer is swallowed there.
        if self._inside and time.thread_time() - self._began_s > self._cpu_s:
            raise Overran(f"it took more than {self._cpu_s:g} s of the processor")

    def _lower_limit(self) -> None:
        now = time.monotonic()
        if self._litter:
            self._litter -= 1
            gc.collect()
            self._looked_at = now - _LOOK_EVERY_S
        if now - self._looked_at >= _LOOK_EVERY_S:
            self._looked_at = now
            if self._settles_at is not None and now >= self._settles_at:
                self._settles_at = None
                self._recorder.settle()
            data = int(os.pread(self._statm.fileno(), 256, 0).split()[5]) * _PAGE
            soft, hard = self._limits
            wanted = data + self._memory_bytes
            self._lowered = (wanted if soft == resource.RLIM_INFINITY else min(soft, wanted), hard)
        resource.setrlimit(resource.RLIMIT_DATA, self._lowered)
