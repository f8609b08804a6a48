"""Admission: how many agents are compared with at once, and who comes next when more have come. Pure, deterministic.

Guarantees, each held by a property test:
1. At most `places` agents are served at a time.
2. The more urgent come first; among equals, whoever has waited longer. An agent that becomes more urgent keeps the
   time it has waited.
3. Nobody is refused, and nobody waits for ever: one turn in `FAIR` goes to whoever has waited longest of all, and a
   place is given back after `turn_us` even if the agent says nothing. It may ask again, behind the others.
"""

from __future__ import annotations

import heapq
from enum import IntEnum
from itertools import count, takewhile

FAIR = 4
"""One turn in so many is given by the time of waiting alone."""


class Urgency(IntEnum):
    """What an agent comes with, the most urgent first."""

    ALERT = 0
    """An episode is open there, or it brings a little that is new."""
    DESIRED = 1
    """It should run something else than it was last asked to."""
    HISTORY = 2
    """Whatever was written while it was away."""


class Admission:
    """`ask` for an agent, `admit` whoever may come in, `leave` when it is done."""

    def __init__(self, places: int, turn_us: int) -> None:
        self._places = places
        self._turn_us = turn_us
        self._inside: dict[str, int] = {}  # agent → when its turn is over; in order of that time
        self._waiting: dict[str, tuple[Urgency, int]] = {}  # agent → urgency, number in the queue
        self._by_urgency: list[tuple[Urgency, int, str]] = []
        self._by_number: list[tuple[int, str]] = []
        self._numbers = count()
        self._turns = 0

    def inside(self, agent: str) -> bool:
        """Whether the agent is being served."""
        return agent in self._inside

    def waiting(self) -> int:
        """How many wait."""
        return len(self._waiting)

    def ask(self, agent: str, urgency: Urgency) -> None:
        """Let the agent wait for a place; if it waits already, it may become more urgent and never less."""
        standing = self._waiting.get(agent)
        if standing is None:
            number = next(self._numbers)
            heapq.heappush(self._by_number, (number, agent))
        elif standing[0] > urgency:
            number = standing[1]
        else:
            return
        self._waiting[agent] = (urgency, number)
        heapq.heappush(self._by_urgency, (urgency, number, agent))

    def admit(self, now_us: int) -> str | None:
        """The next agent that may come in, now inside; None when nobody waits or there is no place."""
        for agent in self._over(now_us):
            del self._inside[agent]
        if len(self._inside) >= self._places or not self._waiting:
            return None
        self._turns += 1
        agent = self._longest() if self._turns % FAIR == 0 else self._most_urgent()
        del self._waiting[agent]
        self._inside.pop(agent, None)
        self._inside[agent] = now_us + self._turn_us
        self._tidy()
        return agent

    def leave(self, agent: str) -> None:
        """The agent is done for now: its place is free."""
        self._inside.pop(agent, None)

    def forget(self, agent: str) -> None:
        """The agent has gone: it neither has nor wants a place."""
        self._inside.pop(agent, None)
        self._waiting.pop(agent, None)

    def wake_at(self) -> int | None:
        """When a place becomes free by itself, if somebody waits for it."""
        return next(iter(self._inside.values()), None) if self._waiting else None

    def _over(self, now_us: int) -> list[str]:
        return [agent for agent, _ in takewhile(lambda turn: turn[1] <= now_us, self._inside.items())]

    def _longest(self) -> str:
        while True:
            number, agent = heapq.heappop(self._by_number)
            if agent in self._waiting and self._waiting[agent][1] == number:
                return agent

    def _most_urgent(self) -> str:
        while True:
            urgency, number, agent = heapq.heappop(self._by_urgency)
            if self._waiting.get(agent) == (urgency, number):
                return agent

    def _tidy(self) -> None:
        """Throw away what is left in one queue of agents that were taken from the other, before it is most of it."""
        bound = 2 * len(self._waiting) + 64
        if len(self._by_number) > bound:
            self._by_number = sorted((number, agent) for agent, (_, number) in self._waiting.items())
        if len(self._by_urgency) > bound:
            self._by_urgency = sorted((*standing, agent) for agent, standing in self._waiting.items())
