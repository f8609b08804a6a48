"""Sources: which job reads from where, and up to where its records have been taken in."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from edge_orch.plan.plan import Source
from edge_orch_agent.core.commands import Command, StartSource, StopSource
from edge_orch_agent.core.running import RunningJob
from edge_orch_agent.core.transaction import PositionKey


class Sources:
    """Starts and stops sources so that what is read is what is wanted.

    A source is stopped only when it awaits no acknowledgement: until then its further batches are not taken in, and
    stay with their origin. Positions include work that is not durable yet: a source that is started again within one
    run goes on behind what was taken in, and recognises it when it is sent again.
    """

    def __init__(self, positions: Mapping[PositionKey, bytes]) -> None:
        self._positions = dict(positions)
        self._reading: dict[str, Source] = {}
        self._troubles: dict[str, str] = {}

    def reads(self, job: str, source: Source) -> bool:
        """Whether the job reads from just this source now."""
        return self._reading.get(job) == source

    def taken(self, job: str, positions: Mapping[str, bytes | None]) -> None:
        """A batch up to these positions has been taken in."""
        for partition, position in positions.items():
            key = PositionKey(job, partition)
            if position is None:
                self._positions.pop(key, None)
            else:
                self._positions[key] = position
        self._troubles.pop(job, None)

    def troubled(self, job: str, reason: str) -> None:
        """The job's source cannot read now."""
        self._troubles[job] = reason

    def lost(self, job: str, partition: str) -> PositionKey:
        """This position cannot be read; returns what is to be deleted."""
        key = PositionKey(job, partition)
        self._positions.pop(key, None)
        return key

    def trouble(self, job: str) -> str:
        """Why the job's source does not read; empty if all is well."""
        return self._troubles.get(job, "")

    def differing(self, wanted: Mapping[str, Source]) -> list[str]:
        """Jobs whose source must be started or stopped."""
        jobs = wanted.keys() | self._reading.keys()
        return sorted(job for job in jobs if wanted.get(job) != self._reading.get(job))

    def settle(
        self, running: Mapping[str, RunningJob], outbox_size: Callable[[str], int], awaits: Callable[[str], bool]
    ) -> list[Command]:
        """Stop and start what may be stopped and started now.

        Wanted is the source of every running job but those whose outbox is full and may drop nothing.
        """
        commands: list[Command] = []
        wanted = {
            job: one.plan.source
            for job, one in running.items()
            if one.plan.limits.on_full != "block" or outbox_size(job) < one.plan.limits.outbox
        }
        for job in self.differing(wanted) if wanted != self._reading else ():
            if awaits(job):
                continue
            if self._reading.pop(job, None) is not None:
                self._troubles.pop(job, None)
                commands.append(StopSource(job))
            source = wanted.get(job)
            if source is not None:
                self._reading[job] = source
                commands.append(StartSource(job, source, self._of(job)))
        return commands

    def forget(self, job: str) -> list[PositionKey]:
        """The job's positions mean nothing any more; returns what is to be deleted."""
        keys = [key for key in self._positions if key.job == job]
        for key in keys:
            del self._positions[key]
        return keys

    def _of(self, job: str) -> dict[str, bytes]:
        return {key.partition: position for key, position in self._positions.items() if key.job == job}
