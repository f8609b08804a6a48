"""One child process that is kept alive: started again when it dies, and never outliving the demo."""

from __future__ import annotations

import asyncio
import ctypes
import os
import signal
import sys
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

from edge_orch.errors import EdgeOrchError, Problem

RESTART_AFTER_S = 0.3
STOP_WITHIN_S = 5.0
TOO_SOON_S = 2.0
TOO_OFTEN = 8
"""Deaths in a row, each within `TOO_SOON_S` of its start, after which trying again is no use."""

_PR_SET_PDEATHSIG = 1
_libc = ctypes.CDLL(None) if sys.platform == "linux" else None


def _dying_with(parent: int) -> Callable[[], None]:
    """Runs in the child before its program: the kernel shall kill it when the parent is gone, even by SIGKILL."""

    def arrange() -> None:
        if _libc is not None:
            _libc.prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)
            if os.getppid() != parent:  # it died in between
                os._exit(1)

    return arrange


class Child:
    """A supervised process. Its output goes to `log`; `environment` is added to ours."""

    def __init__(self, name: str, command: Sequence[str], log: Path, environment: Mapping[str, str] = {}) -> None:
        self.name = name
        self.starts = 0
        self._command = command
        self._log = log
        self._environment = {**os.environ, **environment}
        self._process: asyncio.subprocess.Process | None = None
        self._stopping = False
        self._killed = False

    @property
    def pid(self) -> int | None:
        """The process that runs now, if one does."""
        return self._process.pid if self._process is not None and self._process.returncode is None else None

    async def run(self) -> None:
        """Keep it running until `stop`. Raises `EdgeOrchError` when it cannot stay alive."""
        loop = asyncio.get_running_loop()
        quick_deaths = 0
        while not self._stopping:
            started = loop.time()
            await self._start()
            assert self._process is not None  # noqa: S101 -- just started
            await self._process.wait()
            by_itself, self._killed = not self._killed, False
            quick_deaths = quick_deaths + 1 if by_itself and loop.time() - started < TOO_SOON_S else 0
            if self._stopping:
                return
            if quick_deaths == TOO_OFTEN:
                raise EdgeOrchError(
                    Problem(f"{self.name} cannot stay alive", found=self.last_words(), next_step=f"see {self._log}")
                )
            await asyncio.sleep(RESTART_AFTER_S)

    async def _start(self) -> None:
        with self._log.open("ab") as log:
            self._process = await asyncio.create_subprocess_exec(
                *self._command,
                stdin=asyncio.subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                env=self._environment,
                start_new_session=True,  # Ctrl-C is for the demo, which stops its children in order
                preexec_fn=_dying_with(os.getpid()),
            )
        self.starts += 1

    def kill(self) -> None:
        """SIGKILL, as a power cut would; `run` starts it again."""
        if self.pid is not None and self._process is not None:
            self._killed = True
            self._process.kill()

    async def stop(self) -> None:
        """SIGTERM, and SIGKILL to what does not heed it in time."""
        self._stopping = True
        if self.pid is None or self._process is None:
            return
        self._process.terminate()
        try:
            await asyncio.wait_for(self._process.wait(), STOP_WITHIN_S)
        except TimeoutError:
            self._process.kill()
            await self._process.wait()

    def last_words(self) -> str:
        """The end of what it wrote."""
        lines = self._log.read_text("utf-8", "replace").splitlines() if self._log.exists() else []
        return " | ".join(lines[-3:]) or "it wrote nothing"
