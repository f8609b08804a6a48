"""Replays: dead letters enter again, through the version that runs now."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from edge_orch.engine.records import Batch, Chunk
from edge_orch.errors import Problem
from edge_orch.plan.plan import Plan
from edge_orch.time import Instant
from edge_orch_agent.core.commands import Command, Recall, Reply
from edge_orch_agent.core.dead_letters import KeptLetter
from edge_orch_agent.core.emissions import Emissions
from edge_orch_agent.core.events import Recalled, ReplayRequested
from edge_orch_agent.core.running import RunningJob
from edge_orch_agent.core.sealing import Sealing
from edge_orch_agent.core.transaction import ALERTS, Priority, StreamId
from edge_orch_agent.core.work import Stretch, Work

PROVENANCE = "dead-letters"
"""The account of what entered again. No step has a hyphen in its name."""


class Replays:
    """Gives each letter to its job once more, and removes it, in one transaction: it is never lost, and never doubled.

    What a step refused enters the pipeline as it came from its source; what a sink refused goes to that sink again.
    The ledger counts it as entered again, and under `PROVENANCE` how often that was.
    """

    def __init__(self, work: Work, sealing: Sealing, emissions: Emissions) -> None:
        self._work = work
        self._sealing = sealing
        self._emissions = emissions
        self._under_way: set[int] = set()

    def take(self, event: ReplayRequested | Recalled, running: Mapping[str, RunningJob], now: Instant) -> list[Command]:
        """A person asks for it, or the store has found the letters."""
        if isinstance(event, ReplayRequested):
            return [Recall(event.request, event.ids)]
        letters = [letter for letter in event.letters if letter.id not in self._under_way]
        idle = sorted({letter.dead.job for letter in letters} - running.keys())
        if idle:
            names = ", ".join(sorted(running)) or "no job runs"
            problem = Problem(f"job {idle[0]!r} does not run on this device", expected=f"one of: {names}")
            return [Reply(event.request, problem=problem)]
        for letter in letters:
            self._replay(letter, running[letter.dead.job], now)
        self._work.reply(Reply(event.request), now)
        return []

    def durable(self, ids: Iterable[int]) -> None:
        """These letters are gone; their numbers may be given to others."""
        self._under_way.difference_update(ids)

    def _replay(self, letter: KeptLetter, running: RunningJob, now: Instant) -> None:
        dead, job, version = letter.dead.letter, letter.dead.job, running.slot.version
        self._under_way.add(letter.id)
        self._work.gathered.intake.replayed.append(letter.id)
        self._sealing.release_dead(job, len(dead.raw))
        for fate in ("entered", "passed"):
            self._work.count(job, version, PROVENANCE, fate, 1)
        priority = _refused_by_sink(letter, running.plan)
        if priority is None:
            context = {"topic": dead.partition} if running.plan.source.kind == "mqtt" else {}
            batch = Batch(dead.partition, [dead.raw], now, dead.position, context)
            self._work.makers.read(job, batch, 1)
            for emission in running.process(batch):
                self._emissions.take(running, emission, now)
        elif priority is Priority.ALERT:
            self._work.notice(StreamId(job, ALERTS, dead.partition), version, "", dead.raw + b"\n", now)
        else:
            stream = StreamId(job, dead.step, dead.partition)
            chunks = self._work.gathered.chunks.setdefault(Stretch(stream, version, priority), [])
            chunks.append(Chunk(dead.raw + b"\n", 1))
            self._work.count(job, version, f"{stream.output}/{stream.sink}", "out", 1)


def _refused_by_sink(letter: KeptLetter, plan: Plan) -> Priority | None:
    """The priority of the stream on which a sink refused the record; None if a step did."""
    dead = letter.dead.letter
    if dead.step == ALERTS and any(sink.name == dead.partition for sink in plan.sinks):
        return Priority.ALERT
    priorities = (Priority(one.priority) for one in plan.outputs if (one.name, one.sink) == (dead.step, dead.partition))
    return next(priorities, None)
