"""All light agents and their connections: they come, talk at a real agent's pace, fetch what they should run, go."""

from __future__ import annotations

import asyncio
import base64
import heapq
from collections.abc import Callable, Coroutine
from functools import partial
from itertools import count
from random import Random
from typing import Any

from edge_orch_agent.backoff import Backoff
from edge_orch_agent.core.settings import Settings
from edge_orch_agent.links.websocket import QUEUEING_S

from benchmarks.fleet.agent import LightAgent
from benchmarks.fleet.wires import Lost, MqttWire, WebSocketWire, Wire
from edge_orch.time import SECOND
from edge_orch.trust.keys import PrivateKey, PublicKey
from edge_orch.trust.seal import seal

PACE = Settings()
_TICK_S = 0.02
_BURST = 50
"""Things done before sockets are looked at again."""
_FETCHES = 64
"""Envelopes fetched at a time."""


class Crowd:
    """`mqtt`: how many agents come through the broker; the rest have WebSockets. `sockets`: how many connections may be
    made; agents beyond share one to the broker. `refused`: connections that the controller turned away, or left without
    an answer for as long as a real agent waits.
    """

    def __init__(self, keys: dict[str, PrivateKey], controller: PublicKey, *, mqtt: int, sockets: int) -> None:
        self.agents = [LightAgent(name, key, controller, self._wants) for name, key in keys.items()]
        alone = max(0, min(sockets, len(self.agents)) - 1) if sockets < len(self.agents) else len(self.agents)
        self.by_mqtt = [[agent] for agent in self.agents[: min(mqtt, alone)]]
        self.by_websocket = self.agents[min(mqtt, alone) : alone]
        self.shared = self.agents[alone:]
        if self.shared:
            self.by_mqtt.append(self.shared)
        self.refused = 0
        self._random = Random(1)  # noqa: S311 -- spreads retries
        self._wires: dict[str, Wire] = {}
        self._here = False
        self._agenda: list[tuple[float, int, Callable[[], object]]] = []
        self._numbers = count()
        self._tasks: set[asyncio.Task[None]] = set()
        self._fetching = asyncio.Semaphore(_FETCHES)
        self._http = self._broker = ("", 0)

    async def run(self, controller_port: int, broker_port: int) -> None:
        """Do what is due, until cancelled."""
        self._http, self._broker = ("127.0.0.1", controller_port), ("127.0.0.1", broker_port)
        loop = asyncio.get_running_loop()
        while True:
            for _ in range(_BURST):
                if not self._agenda or self._agenda[0][0] > loop.time():
                    break
                heapq.heappop(self._agenda)[2]()
            else:
                await asyncio.sleep(0)
                continue
            await asyncio.sleep(_TICK_S)

    def come(self) -> None:
        """Everybody connects, each after its first backoff: all within half a second."""
        self._here = True
        for agent in self.by_websocket:
            self._connect([agent], partial(WebSocketWire, agent, f"{self._http[0]}:{self._http[1]}"), self._http)
        for agents in self.by_mqtt:
            self._connect(agents, partial(MqttWire, agents), self._broker)

    def go(self) -> None:
        """Every cable is cut."""
        self._here = False
        self._agenda.clear()
        for wire in list(self._wires.values()):
            wire.abort()
        self._wires.clear()

    def confirmed(self) -> int:
        """Agents of which the controller has said that it has all they have."""
        return sum(agent.confirmed for agent in self.agents)

    def connected(self) -> int:
        """Agents with a connection."""
        return sum(wire.up for wire in self._wires.values()) + max(0, len(self.shared) - 1)

    def traffic(self) -> int:
        """Bytes on the wire so far, both ways."""
        return sum(agent.sent + agent.received for agent in self.agents)

    def _connect(self, agents: list[LightAgent], make: Callable[[Lost], Wire], address: tuple[str, int]) -> None:
        backoff = Backoff(lambda bound: self._random.uniform(0, bound))
        name = agents[0].name

        def lost(asked_s: float) -> None:
            if self._here:
                self.refused += 1
                later(asked_s)

        async def attempt() -> None:
            loop = asyncio.get_running_loop()
            try:
                _, wire = await loop.create_connection(lambda: make(lost), *address)
            except OSError:
                lost(0.0)
                return
            self._wires[name] = wire
            if not self._here:
                wire.abort()
            self._at(QUEUEING_S, lambda: None if wire.answered else wire.abort())

        def later(asked_s: float = 0.0) -> None:
            self._at(backoff.next_s(asked_s), lambda: self._start(attempt()) if self._here else None)

        later()
        for agent in agents:
            self._often(agent, name, PACE.telemetry_every_us / SECOND, lambda agent: [agent.gauges()])
            self._often(agent, name, PACE.have_every_us / SECOND, LightAgent.compare)

    def _often(
        self, agent: LightAgent, name: str, every_s: float, message: Callable[[LightAgent], list[bytes]]
    ) -> None:
        def again() -> None:
            wire = self._wires.get(name)
            if wire is not None and wire.up:
                wire.say(agent, message(agent))
            self._at(every_s * self._random.uniform(0.8, 1.2), again)

        self._at(every_s * self._random.uniform(0, 1), again)

    def _wants(self, agent: LightAgent, digest: str) -> None:
        self._start(self._fetch(agent, digest))

    async def _fetch(self, agent: LightAgent, digest: str) -> None:
        """Fetch the envelope as a real agent does, a request of its own; then report that it runs."""
        path = f"/v1/artifacts/{digest}"
        proof = base64.urlsafe_b64encode(seal(agent.key, agent.name, f"GET {path}".encode())).decode()
        request = f"GET {path} HTTP/1.1\r\nHost: x\r\nAuthorization: EdgeOrch {proof}\r\nConnection: close\r\n\r\n"
        async with self._fetching:
            reader, writer = await asyncio.open_connection(*self._http)
            writer.write(request.encode())
            answer = await reader.read()
            writer.close()
        agent.sent += len(request)
        agent.received += len(answer)
        if b" 200 " not in answer.split(b"\r\n", 1)[0]:
            agent.refusals.append(answer[:80].decode(errors="replace"))
            return
        said = agent.runs("bench")
        for name in (agent.name, self.shared[0].name if self.shared else ""):
            wire = self._wires.get(name)
            if wire is not None:
                wire.say(agent, said)
                return

    def _at(self, delay_s: float, act: Callable[[], object]) -> None:
        at = asyncio.get_running_loop().time() + delay_s
        heapq.heappush(self._agenda, (at, next(self._numbers), act))

    def _start(self, work: Coroutine[Any, Any, None]) -> None:
        task = asyncio.create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
