"""All the parts of the demo together: started in order, stopped in order, nothing left behind."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Awaitable, Callable, Coroutine
from pathlib import Path
from typing import Any

from edge_orch.errors import EdgeOrchError, Problem
from edge_orch_controller.demo.bus import listening, make_bus
from edge_orch_controller.demo.cable import Cable
from edge_orch_controller.demo.fleet import Fleet
from edge_orch_controller.demo.receiver import Receiver
from edge_orch_controller.demo.sensors import Sensors

SITES = ("austin", "brno", "chennai")
POLL_S = 0.2


class Stage:
    """Use as `async with`. A part that cannot stay alive makes every wait fail with the reason."""

    def __init__(self, folder: Path, rate: float, seed: int, presses: int, no_mosquitto: bool = False) -> None:
        self.folder = folder
        self.bus = make_bus(folder, no_mosquitto)
        self.fleet = Fleet(folder, SITES)
        self.cable = Cable(self.fleet.port)
        self.receiver = Receiver(lambda: self.cable.is_cut)
        self.sensors = Sensors(self.bus.port, SITES, rate, seed, presses, mqtt_5=self.bus.speaks_mqtt_5)
        self._tasks: list[asyncio.Task[None]] = []

    async def __aenter__(self) -> Stage:
        await self.cable.start()
        await self.receiver.start()
        self._play(self.bus.run(), "bus")
        self._play(self.fleet.controller.run(), "controller")
        return self

    async def __aexit__(self, *_: object) -> None:
        # Agents first, so that what they have read is durable before their bus goes.
        await asyncio.gather(*(agent.stop() for agent in self.fleet.agents.values()))
        await asyncio.gather(self.fleet.controller.stop(), self.bus.stop())
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        await self.receiver.stop()
        await self.cable.stop()

    async def start_agents(self) -> None:
        """Enrol one agent a site and start it, behind the cable."""
        await self.until("the bus listens", lambda: listening(self.bus.port), 10)
        for member in self.fleet.members:
            labels = {
                "site": member.site,
                "role": "press",
                "sink_url": f"http://127.0.0.1:{self.receiver.port}/records",
                "webhook_url": f"http://127.0.0.1:{self.receiver.port}/alerts",
            }
            agent = await self.fleet.enrol(member, self.cable.port, self.bus.port, labels)
            self._play(agent.run(), member.name)

    def start_sensors(self) -> None:
        """Let the sensors publish."""
        self._play(self.sensors.run(), "sensors")

    async def until(self, what: str, holds: Callable[[], Awaitable[bool]], within_s: float) -> None:
        """Wait until it holds. Raises `EdgeOrchError` when it does not in time, or when a part has given up."""
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(within_s):
                while not await holds():
                    self._raise_failures()
                    await asyncio.sleep(POLL_S)
                return
        raise EdgeOrchError(Problem(f"this did not happen within {within_s:g} s: {what}", found=self._last_words()))

    def _play(self, part: Coroutine[Any, Any, None], name: str) -> None:
        self._tasks.append(asyncio.create_task(part, name=name))

    def _raise_failures(self) -> None:
        for task in self._tasks:
            if task.done() and not task.cancelled() and (error := task.exception()) is not None:
                raise error

    def _last_words(self) -> str:
        children = [self.fleet.controller, *self.fleet.agents.values()]
        return "; ".join(f"{child.name}: {child.last_words()}" for child in children)
