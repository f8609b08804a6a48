"""What every measurement stands on: a plant with one agent, an HTTP sink, and a way to wait and to look."""

from __future__ import annotations

import asyncio
import os
from pathlib import Path
from types import TracebackType

from benchmarks.agent.disk import Disk
from benchmarks.agent.sink import Sink
from benchmarks.plant import Plant
from benchmarks.process import memory

SAMPLE_S = 0.2
SETTLE_S = 1.5
"""For the commit of the last cursor."""


class Bench:
    """One agent at work. Use as `async with`."""

    def __init__(self, folder: Path, *, own_disk: bool = False) -> None:
        self.folder = folder
        self.plant = Plant(folder)
        self.sink = Sink()
        self._disk = Disk(folder / "disk.img", self.plant.member.folder) if own_disk else None

    async def __aenter__(self) -> Bench:
        await self.plant.__aenter__()
        await self.sink.start()
        await self.plant.start_agent(
            {"sink_url": f"http://127.0.0.1:{self.sink.port}", "folder": str(self.folder)},
        )
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.plant.__aexit__(kind, error, trace)
        await self.sink.stop()
        if self._disk is not None:
            self._disk.close()

    @property
    def pid(self) -> int:
        """The agent's."""
        pid = self.plant.agent.pid
        assert pid is not None
        return pid

    def disk_written(self) -> int | None:
        """Bytes that the agent's own file system has had written; None where it has none."""
        return self._disk.written() if self._disk is not None else None

    async def all_in(self, number: int) -> None:
        """Until the sink has this record; they come in order."""

        async def there() -> bool:
            return self.sink.records[number] > 0

        await self.plant.until(f"record {number} is in the sink", there, 120)

    def pin(self, core: int) -> None:
        """Let the agent have this core and no other."""
        for thread in Path(f"/proc/{self.pid}/task").iterdir():
            os.sched_setaffinity(int(thread.name), {core})


class Watch:
    """The most memory (PSS, MiB) that a process holds meanwhile, looked at five times a second. Use as `async with`."""

    def __init__(self, pid: int) -> None:
        self.peak = 0.0
        self._pid = pid
        self._task: asyncio.Task[None]

    async def __aenter__(self) -> Watch:
        self._task = asyncio.create_task(self._look())
        return self

    async def __aexit__(self, *_: object) -> None:
        self._task.cancel()

    async def _look(self) -> None:
        while True:
            self.peak = max(self.peak, memory(self._pid).pss)
            await asyncio.sleep(SAMPLE_S)
