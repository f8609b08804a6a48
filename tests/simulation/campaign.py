"""Many histories: played on all cores, with figures, and for each failure all that is needed to see it again."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ProcessPoolExecutor
from functools import partial
from pathlib import Path

import msgspec

from edge_orch.testing.world import SimulationFailed
from tests.simulation.faults import never
from tests.simulation.history import CONDITIONS, History, Outcome, Size
from tests.simulation.troubles import ALL

REGRESSIONS = Path(__file__).with_name("regressions.txt")
"""A line for each history that once failed: seed, agents, days, what was left out, and what it found."""
_TAIL = 40  # lines of the trace that a failure shows


class Figures(msgspec.Struct):
    """What a campaign came to. `days`: simulated, of each world; `agent_days`: of each agent.

    `faults`: how often each kind really hit; `never`: the kinds that should have, and did not. `core_seconds`:
    processor time of all processes that played.
    """

    seeds: int = 0
    failed: list[int] = []
    agents: int = 0
    days: float = 0.0
    agent_days: float = 0.0
    events: int = 0
    facts: int = 0
    acts: int = 0
    troubles: int = 0
    faults: dict[str, int] = {}
    never: list[str] = []
    quarantined: int = 0
    seconds: float = 0.0
    core_seconds: float = 0.0
    agent_days_per_second: float = 0.0
    agent_days_per_core_second: float = 0.0

    def add(self, outcome: Outcome, size: Size) -> None:
        """One more history."""
        self.seeds += 1
        self.agents = size.agents
        self.days += outcome.days
        self.agent_days += outcome.days * size.agents
        self.events += outcome.events
        self.core_seconds += outcome.core_seconds
        self.facts += outcome.facts
        self.acts += outcome.acts
        self.troubles += sum(outcome.troubles.values())
        for kind, count in outcome.faults.items():
            self.faults[kind] = self.faults.get(kind, 0) + count
        self.never = never(self.faults, size.without)
        self.quarantined += outcome.apart
        if outcome.error:
            self.failed.append(outcome.seed)


def play(size: Size, seed: int) -> Outcome:
    """One history; a failure is an outcome, too."""
    began, error = time.process_time(), ""
    history = History(seed, size)
    try:
        history.play()
    except SimulationFailed as failure:
        error = _shown(str(failure), seed, size)
    return msgspec.structs.replace(history.outcome(error), core_seconds=time.process_time() - began)


def shrunk(size: Size, seed: int) -> Size:
    """Of a history that fails, the smallest found that fails as well: fewer agents, fewer days, less that happens.

    Tried one after the other, the largest steps first; at most some forty histories.
    """
    for agents in sorted({1, 2, size.agents // 2} - {0}):
        if agents < size.agents and fails(msgspec.structs.replace(size, agents=agents), seed):
            size = msgspec.structs.replace(size, agents=agents)
            break
    while size.days > 1 and fails(msgspec.structs.replace(size, days=size.days // 2), seed):
        size = msgspec.structs.replace(size, days=size.days // 2)
    for name in (*CONDITIONS, *sorted(ALL)):
        less = msgspec.structs.replace(size, without=(*size.without, name))
        if size.has(name) and fails(less, seed):
            size = less
    return size


def fails(size: Size, seed: int) -> bool:
    """Whether this history fails, in whatever way."""
    return play(size, seed).error != ""


def campaign(seeds: Iterable[int], size: Size, *, workers: int, tell: Callable[[Outcome, Figures], None]) -> Figures:
    """Play all; `tell` hears of each outcome as it comes."""
    figures, began = Figures(), time.perf_counter()
    for outcome in _outcomes(seeds, size, workers):
        figures.add(outcome, size)
        figures.seconds = round(time.perf_counter() - began, 1)
        figures.agent_days_per_second = round(figures.agent_days / max(figures.seconds, 0.1), 1)
        figures.agent_days_per_core_second = round(figures.agent_days / max(figures.core_seconds, 0.1), 1)
        tell(outcome, figures)
    for name in ("days", "agent_days", "core_seconds"):
        setattr(figures, name, round(getattr(figures, name), 1))
    return figures


def regressions() -> list[tuple[int, Size]]:
    """Histories that once failed."""
    lines = [line.split("#")[0].split() for line in REGRESSIONS.read_text().splitlines()]
    return [(int(words[0]), Size(int(words[1]), int(words[2]), tuple(words[3:]))) for words in lines if words]


def _outcomes(seeds: Iterable[int], size: Size, workers: int) -> Iterator[Outcome]:
    if workers == 1:
        yield from map(partial(play, size), seeds)
        return
    with ProcessPoolExecutor(workers) as pool:
        yield from pool.map(partial(play, size), seeds)


def _shown(report: str, seed: int, size: Size) -> str:
    lines = report.splitlines()
    again = f"make sim SEED={seed} AGENTS={size.agents} DAYS={size.days}"
    if size.without:
        again += f" WITHOUT={','.join(size.without)}"
    return "\n".join([*lines[:3], *lines[3:][-_TAIL:], f"again: {again}"])
