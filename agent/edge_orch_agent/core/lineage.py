"""Lineage: which records of a source went into which segments, by which version with which parameters."""

from __future__ import annotations

from collections.abc import Mapping

import msgspec

from edge_orch.engine.records import Batch
from edge_orch.twin.facts import Value

PARTITIONS = 64
"""Of more than these in one commit only the number of records is kept."""


MAKERS = 256
"""The latest that have worked; older ones bring nothing forth any more."""


class Maker(msgspec.Struct, frozen=True):
    """What made a segment: a version by its digest, the parameters it ran with, and the start of the agent."""

    job: str
    version: int
    digest: str
    params: dict[str, Value]
    run: str


class Input(msgspec.Struct, frozen=True, array_like=True):
    """Records that were read since the job's last segments: `count` of them, the first being number `first`.

    Numbers count within the partition, as dead letters do. `partition` empty: of partitions beyond `PARTITIONS`.
    """

    partition: str
    first: int
    count: int


class Made(msgspec.Struct, frozen=True, array_like=True):
    """A segment."""

    output: str
    sink: str
    sequence: int
    count: int


class Lineage(msgspec.Struct, frozen=True):
    """One commit of one version. `at_us`: wall clock, 0 if it was not to be trusted.

    Rows of a window also stand for records of earlier commits: those since the window began.
    """

    maker: Maker
    at_us: int
    inputs: tuple[Input, ...]
    made: tuple[Made, ...]


class Inputs:
    """What a job has read since its last segments."""

    def __init__(self) -> None:
        self._partitions: dict[str, tuple[int, int]] = {}

    def add(self, batch: Batch, count: int) -> None:
        """The batch, of so many records, has been taken in."""
        first, before = self._partitions.get(batch.partition, (batch.position, 0))
        self._partitions[batch.partition] = first, before + count

    def take(self) -> tuple[Input, ...]:
        """All of it; nothing is left."""
        found = [Input(name, first, count) for name, (first, count) in self._partitions.items()]
        self._partitions.clear()
        shown, others = found[:PARTITIONS], found[PARTITIONS:]
        return (*shown, *([Input("", 0, sum(one.count for one in others))] if others else ()))


class Makers:
    """What has been at work since the last commit, and what it has read."""

    def __init__(self, run: str) -> None:
        self._run = run
        self._makers: dict[tuple[str, int], Maker] = {}
        self._inputs: dict[str, Inputs] = {}

    def worked(self, job: str, version: int, digest: str, params: Mapping[str, Value]) -> None:
        """This version brought something forth."""
        known = self._makers.get((job, version))
        if known is None or known.params != params:
            while len(self._makers) >= MAKERS:
                del self._makers[next(iter(self._makers))]
            self._makers[job, version] = Maker(job, version, digest, dict(params), self._run)

    def read(self, job: str, batch: Batch, count: int) -> None:
        """The job has taken in a batch of so many records."""
        self._inputs.setdefault(job, Inputs()).add(batch, count)

    def trace(self, job: str, version: int, made: tuple[Made, ...], at_us: int) -> Lineage:
        """The lineage of what a version made."""
        maker = self._makers.get((job, version)) or Maker(job, version, "", {}, self._run)
        inputs = self._inputs.get(job)
        return Lineage(maker, at_us, inputs.take() if inputs else (), made)
