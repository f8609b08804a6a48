"""What benchmarks and chaos need around an agent: a controller, mosquitto and the agent itself, all real processes."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine, Mapping
from pathlib import Path
from types import TracebackType
from typing import Any

from edge_orch_controller.demo.bus import Mosquitto, listening, make_bus
from edge_orch_controller.demo.child import Child
from edge_orch_controller.demo.fleet import Fleet

from edge_orch.errors import EdgeOrchError, Problem, Unavailable

POLL_S = 0.1


class Plant:
    """One agent named `bench-press-line` on one bus, all on loopback and in one folder. Use as `async with`.

    Raises `Unavailable` where mosquitto is not installed.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        bus = make_bus(folder)
        if not isinstance(bus, Mosquitto):
            raise Unavailable(Problem("mosquitto is not installed", next_step="make services"))
        self.bus = bus
        self.fleet = Fleet(folder, ["bench"])
        self.member = self.fleet.members[0]
        self.agent: Child
        self._agents: list[Child] = []
        self._tasks: list[asyncio.Task[None]] = []

    async def __aenter__(self) -> Plant:
        self._play(self.bus.run(), "bus")
        self._play(self.fleet.controller.run(), "controller")
        await self.until("the bus listens", lambda: listening(self.bus.port), 15)
        return self

    async def __aexit__(
        self, _kind: type[BaseException] | None, _error: BaseException | None, _trace: TracebackType | None
    ) -> None:
        await asyncio.gather(*(agent.stop() for agent in self._agents))
        await asyncio.gather(self.fleet.controller.stop(), self.bus.stop())
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    async def start_agent(self, labels: Mapping[str, str]) -> None:
        """Enrol the agent with these labels and keep it alive from now on."""
        labels = {"site": "bench", "role": "press", **labels}
        self.agent = await self.fleet.enrol(self.member, self.fleet.port, self.bus.port, labels)
        self._agents.append(self.agent)
        self._play(self.agent.run(), "agent")

    async def roll_out(self, *jobs: str) -> None:
        """Apply these job files' texts and wait until the agent says that it runs every one."""
        names = {(await self.fleet.apply(text, "job.yaml")).job for text in jobs}

        async def running() -> bool:
            views = await self.fleet.views()
            return names <= {job.job for view in views for job in view.jobs if job.state == "running"}

        await self.until(f"{', '.join(sorted(names))} running", running, 30)

    async def until(
        self, what: str, holds: Callable[[], Coroutine[Any, Any, bool]], within_s: float, look_s: float = POLL_S
    ) -> None:
        """Look until it holds. Raises `EdgeOrchError` when it does not in time, or when a part has given up."""
        try:
            async with asyncio.timeout(within_s):
                while not await holds():
                    self._raise_failures()
                    await asyncio.sleep(look_s)
        except TimeoutError as error:
            raise EdgeOrchError(f"this did not happen within {within_s:g} s: {what}") from error

    def _play(self, part: Coroutine[Any, Any, None], name: str) -> None:
        self._tasks.append(asyncio.create_task(part, name=name))

    def _raise_failures(self) -> None:
        for task in self._tasks:
            if task.done() and not task.cancelled() and (error := task.exception()) is not None:
                raise error
