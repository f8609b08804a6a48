"""What the core knows of every agent without opening its twin."""

from __future__ import annotations

import heapq
import zlib
from collections.abc import Iterable

import msgspec

from edge_orch.twin.change import Vector
from edge_orch.wire.messages import Have
from edge_orch_controller.core.records import Agent, Standing


class Member(msgspec.Struct):
    """One enrolled agent. `telemetry`: its latest, never stored. `heads`: once its twin was open, in hex.

    `claim`: what it said last, in this connection, that it has of its twin; None until then. `have`: what we durably
    have of its twin, as we would say it; None until the twin was opened for the first time. `refusal`: why its twin
    does not merge with ours; empty when it does, or nobody knows.
    """

    agent: Agent
    standing: Standing = msgspec.field(default_factory=Standing)
    online: bool = False
    last_seen_us: int = 0
    telemetry: dict[str, int | float | str] = msgspec.field(default_factory=dict)
    heads: tuple[str, ...] = ()
    claim: Vector | None = None
    refusal: str = ""
    have: Have | None = None


class Rounds:
    """When each agent is next sent a `Have`: every `period_us` ± 20 %, so that a fleet does not speak at once."""

    def __init__(self, period_us: int) -> None:
        self._period_us = period_us
        self._count = 0
        self._due: dict[str, int] = {}
        self._heap: list[tuple[int, str]] = []

    def schedule(self, agent: str, now_us: int) -> None:
        """Put the agent's next turn about one period from now."""
        self._count += 1
        # A hash, not randomness: the same events give the same times.
        share = zlib.crc32(f"{agent}/{self._count}".encode()) / 2**32
        self.expect(agent, now_us + round(self._period_us * (0.8 + 0.4 * share)))

    def expect(self, agent: str, at_us: int) -> None:
        """Put the agent's next turn at that time, whenever it was before."""
        self._due[agent] = at_us
        heapq.heappush(self._heap, (at_us, agent))

    def has(self, agent: str) -> bool:
        """Whether the agent has a turn coming."""
        return agent in self._due

    def cancel(self, agent: str) -> None:
        self._due.pop(agent, None)

    def take_due(self, now_us: int) -> Iterable[str]:
        """Agents whose turn it is; schedule each again."""
        while self._heap and self._heap[0][0] <= now_us:
            at, agent = heapq.heappop(self._heap)
            if self._due.get(agent) == at:
                del self._due[agent]
                yield agent

    def next_us(self) -> int | None:
        """The earliest turn, or None."""
        while self._heap and self._due.get(self._heap[0][1]) != self._heap[0][0]:
            heapq.heappop(self._heap)
        return self._heap[0][0] if self._heap else None
