"""Probation: what a new version must show before it is what one falls back to."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable, Mapping, Sequence
from itertools import groupby

import msgspec

from edge_orch.engine.records import Batch, DeadLetter, Emission
from edge_orch.time import Instant
from edge_orch_agent.core.events import BatchRead
from edge_orch_agent.core.running import RunningJob
from edge_orch_agent.core.settings import Settings
from edge_orch_agent.core.slots import Slots
from edge_orch_agent.core.transaction import Slot, SlotName

SAMPLE = 256
"""So many of the latest records that it refused are tried with the version before …"""
SAMPLE_BYTES = 1 << 20
"""… or as many as fit here, for they stay in memory: one at least."""

Before = Callable[[RunningJob, Slot, Instant], RunningJob | None]
"""The version in that slot, with the state that the running one has now; None if it cannot start."""


class _Trial(msgspec.Struct):
    """What became of the records of one candidate, since it started or the process did.

    `sample`: the latest of those that died, each with its batch, without payload. `look_at`: after so many records the
    version before is asked about them; then after twice as many.
    """

    running: RunningJob
    look_at: int
    records: int = 0
    dead: int = 0
    sample: deque[tuple[Batch, bytes]] = msgspec.field(default_factory=deque)
    sample_bytes: int = 0

    def take(self, event: BatchRead, emissions: Sequence[Emission]) -> None:
        """A record that died on several paths is one; rows that an aggregate made are none."""
        batch = event.batch
        letters = [letter for emission in emissions for letter in emission.dead]
        dead = {letter.position: letter for letter in letters if letter.partition == batch.partition}
        self.records += sum(emission.records for emission in emissions)
        self.dead += len(dead)
        bare = msgspec.structs.replace(batch, payload=())
        for letter in list(dead.values())[-SAMPLE:]:
            self.sample.append((bare, letter.raw))
            self.sample_bytes += len(letter.raw)
            while len(self.sample) > 1 and (len(self.sample) > SAMPLE or self.sample_bytes > SAMPLE_BYTES):
                self.sample_bytes -= len(self.sample.popleft()[1])


class Probation:
    """A candidate runs for `probation_us`, and, if there is a version to return to, until `dead_least` records came.

    The gate: a candidate is to blame if at least `dead_share` of its records became dead letters, of at least
    `dead_least`. Records that the version before refuses, too, count neither as its records nor as its dead: that is
    found out by trying it on a sample of them, for what it refused earlier says nothing of what comes now. Where it
    read another source, it has no say.
    """

    def __init__(self, settings: Settings, slots: Slots, before: Before) -> None:
        self._settings = settings
        self._slots = slots
        self._before = before
        self._trials: dict[str, _Trial] = {}

    def took(self, running: RunningJob, event: BatchRead, emissions: Sequence[Emission], now: Instant) -> str:
        """It has worked on a batch. Returns what it is to blame for, else nothing."""
        job = running.plan.name
        if self._slots.get(job, SlotName.CANDIDATE) is None:
            self._trials.pop(job, None)
            return ""
        trial = self._trials.get(job)
        if trial is None or trial.running is not running:
            trial = self._trials[job] = _Trial(running, self._settings.dead_least)
        trial.take(event, emissions)
        if trial.records < trial.look_at or not self._too_many(trial.dead, trial.records):
            return ""
        trial.look_at = 2 * trial.records
        return self._judged(trial, now)

    def ends(self, running: Mapping[str, RunningJob]) -> dict[str, int]:
        """By job: when its candidate has come to the end of its probation, on the monotonic clock.

        Without those of which records are missing: they come with an event.
        """
        candidates = (running.get(slot.job) for slot in self._slots.all_in(SlotName.CANDIDATE))
        return {
            candidate.plan.name: candidate.since_us + self._settings.probation_us
            for candidate in candidates
            if candidate is not None and self._shown(candidate)
        }

    def _shown(self, running: RunningJob) -> bool:
        if self._slots.get(running.plan.name, SlotName.CURRENT) is None:
            return True
        trial = self._trials.get(running.plan.name)
        return trial is not None and trial.running is running and trial.records >= self._settings.dead_least

    def _judged(self, trial: _Trial, now: Instant) -> str:
        running, current = trial.running, self._slots.get(trial.running.plan.name, SlotName.CURRENT)
        if current is None:
            return f"{trial.dead} of {trial.records} records became dead letters, and there is no version to return to"
        before = self._before(running, current, now)
        if before is None:
            return ""
        if before.plan.source != running.plan.source:
            return f"{trial.dead} of {trial.records} records became dead letters"
        refused = sum(_refused(before, batch) for batch in _batches(trial.sample))
        excused = trial.dead * refused // len(trial.sample)
        dead, records = trial.dead - excused, trial.records - excused
        if records < self._settings.dead_least or not self._too_many(dead, records):
            return ""
        return f"{dead} of {records} records became dead letters, and version {current.version} would have taken them"

    def _too_many(self, dead: int, records: int) -> bool:
        return dead >= self._settings.dead_share * records


def _batches(sample: Sequence[tuple[Batch, bytes]]) -> Iterable[Batch]:
    """The records of the sample; those that came in one batch together, renumbered."""
    for bare, group in groupby(sample, lambda one: one[0]):
        yield msgspec.structs.replace(bare, payload=[raw for _, raw in group])


def _refused(running: RunningJob, batch: Batch) -> int:
    letters: list[DeadLetter] = [letter for emission in running.process(batch) for letter in emission.dead]
    return len({letter.position for letter in letters if letter.partition == batch.partition})
