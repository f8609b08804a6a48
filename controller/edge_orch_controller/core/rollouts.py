"""The rollout planner: which version each agent should run, and how far a rollout has come. Pure.

Invariants, each held by a property test:
1. Only the newest rollout of a job is planned, so that an agent is never asked for two versions of it.
2. What is desired of an agent changes only to a higher generation: versions never go back unless a new rollout asks.
3. An agent that is away is asked for nothing; when it returns it is asked for the newest version, none in between.
4. A controller that was restored from a backup never writes a generation a second time (`forgotten`, `renumber`).
5. A rollout is done if and only if every agent it targets reports its version running.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from enum import StrEnum

import msgspec

from edge_orch.plan.plan import decode_plan
from edge_orch.twin.facts import Desired, JobState, Reported
from edge_orch_controller.core.records import RolledOut, Rollout, RolloutState
from edge_orch_controller.core.target import matcher


class Place(StrEnum):
    """Where one targeted agent stands in a rollout."""

    DONE = "done"
    PENDING = "pending"
    FAILED = "failed"


class RolloutPlan:
    """The newest rollout of one job. Strategy: all targeted agents at once."""

    def __init__(self, job: RolledOut) -> None:
        self.version = job.version
        self.plan = decode_plan(job.version.plan)
        self._begun = job.rollout
        self._matches = matcher(self.plan.target)
        self._places: dict[str, Place] = {}
        self._errors: dict[str, str] = {}
        self._counts: Counter[Place] = Counter()

    @property
    def id(self) -> str:
        return self._begun.id

    @property
    def generation(self) -> int:
        return self._begun.generation

    def targets(self, labels: Mapping[str, str]) -> bool:
        """Whether the job is for an agent with these labels."""
        return self._matches(labels)

    def desire(self, labels: Mapping[str, str], current: Desired | None) -> Desired | None:
        """The fact to write for an agent that is here, or None if the latest one written says it already."""
        rollout = self._begun
        if current is not None and current.generation >= rollout.generation:
            return None
        if self.targets(labels):
            return Desired(
                job=rollout.job,
                generation=rollout.generation,
                version=rollout.version,
                digest=rollout.digest,
                rollout=rollout.id,
                started_at_us=rollout.started_at_us,
            )
        if current is not None and not current.removed:
            return msgspec.structs.replace(
                current,
                generation=rollout.generation,
                rollout=rollout.id,
                removed=True,
                started_at_us=rollout.started_at_us,
            )
        return None

    def forgotten(self, current: Desired) -> bool:
        """Whether an agent holds a wish that is not below ours, of a rollout that this controller does not remember.

        So it is after a restore from a backup. Nothing else but our own clock tells which of the two rollouts came
        later; `renumber` puts ours above the other if it is ours.
        """
        same = (current.rollout, current.started_at_us) == (self.id, self._begun.started_at_us)
        return current.generation >= self.generation and not same

    def renumber(self, above: Desired) -> bool:
        """Take the generation after that of a forgotten wish, if our rollout began later; say whether it did."""
        if above.started_at_us >= self._begun.started_at_us:
            return False
        self._begun = msgspec.structs.replace(self._begun, generation=above.generation + 1)
        return True

    def observe(self, agent: str, labels: Mapping[str, str], reported: Reported | None) -> bool:
        """Take note of what an agent reports of the job; whether the rollout's account changed."""
        place = self._place(reported) if self.targets(labels) else None
        error = reported.error if reported is not None and place is Place.FAILED else ""
        if place is self._places.get(agent) and error == self._errors.get(agent, ""):
            return False
        self._forget(agent)
        if place is not None:
            self._places[agent] = place
            self._counts[place] += 1
        if error:
            self._errors[agent] = error
        return True

    def account(self) -> Rollout:
        """The rollout as it stands now."""
        total = self._counts.total()
        return msgspec.structs.replace(
            self._begun,
            state=self._state(total),
            total=total,
            done=self._counts[Place.DONE],
            pending=self._counts[Place.PENDING],
            failed=self._counts[Place.FAILED],
            errors=dict(self._errors),
        )

    def _state(self, total: int) -> RolloutState:
        if self._counts[Place.DONE] == total:
            return "done"
        return "running" if self._counts[Place.PENDING] else "failed"

    def _place(self, reported: Reported | None) -> Place:
        if reported is None:
            return Place.PENDING
        if reported.digest == self._begun.digest and reported.state is JobState.RUNNING:
            return Place.DONE
        # A report of an earlier generation says how an earlier rollout went, not this one.
        answered = reported.generation == self._begun.generation
        return Place.FAILED if answered and (reported.state is JobState.FAILED or reported.error) else Place.PENDING

    def _forget(self, agent: str) -> None:
        place = self._places.pop(agent, None)
        if place is not None:
            self._counts[place] -= 1
        self._errors.pop(agent, None)
