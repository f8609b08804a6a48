"""Sealing: what was gathered becomes segments, within the limits that each job has on the device."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping

import msgspec

from edge_orch.plan.plan import Limits, Sink
from edge_orch.time import Instant
from edge_orch_agent.core.delivery import Delivery
from edge_orch_agent.core.inflow import Inflow
from edge_orch_agent.core.ledger import entry
from edge_orch_agent.core.lineage import Made, Makers
from edge_orch_agent.core.outbox import Outbox, choose_newest
from edge_orch_agent.core.portions import portions
from edge_orch_agent.core.transaction import (
    Drop,
    LedgerEntry,
    Priority,
    Segment,
    SegmentInfo,
    StreamId,
    Transaction,
)
from edge_orch_agent.core.work import Gathered

SinkOf = Callable[[StreamId], Sink | None]

OUTBOX_FULL = "outbox_full"
DEAD_LETTERS_FULL = "dropped:dead_letters_full"
SEGMENT_BYTES = 1 << 20
"""What a segment holds at most, unless one record alone is longer. Delivery holds it once or twice, and it is as much
as nginx lets a request's body be."""
APPEND_BYTES = 4 << 20
"""The same of what goes to a file, for which each append means two syncs of the disk, however little it is."""


class Sealing:
    """Numbers segments, and drops what does not fit: counted, and never an alert while anything else can go."""

    def __init__(
        self, run: str, outbox: Outbox, delivery: Delivery, dead_bytes: Mapping[str, int], makers: Makers
    ) -> None:
        self._run = run
        self._outbox = outbox
        self._delivery = delivery
        self._dead_bytes = dict(dead_bytes)
        self._makers = makers
        self.inflow = Inflow()

    def seal(self, gathered: Gathered, limits: Mapping[str, Limits], sink_of: SinkOf, now: Instant) -> None:
        """Fill in the segments, and cursors and ledger where something is dropped.

        A job without limits here has left the device: what it still sends out is not capped.
        """
        arriving = self._segments(gathered, sink_of, now)
        for job in limits:
            self.inflow.add(job, sum(len(segment.data) for segment in arriving if segment.stream.job == job), now)
        for job in sorted({segment.stream.job for segment in arriving}):
            if job in limits:
                own = [segment for segment in arriving if segment.stream.job == job]
                refused = self._make_room(own, limits[job], gathered, now)
                arriving = [segment for segment in arriving if segment not in refused]
        for segment in arriving:
            part = gathered.upkeep if segment.priority is Priority.ALERT else gathered.intake
            part.segments.append(segment)
        gathered.notices = []
        self._trace(arriving, gathered, now)
        self._cap_dead_letters(gathered.intake, limits)

    def _trace(self, sealed: Iterable[Segment], gathered: Gathered, now: Instant) -> None:
        """Of what a pipeline made; a notice that goes before its records, on a full disk, has nothing to refer to."""
        made: dict[tuple[str, int], list[Made]] = {}
        for segment in sealed:
            stream = segment.stream
            if stream.job in gathered.touched:
                of_version = made.setdefault((stream.job, segment.version), [])
                of_version.append(Made(stream.output, stream.sink, segment.sequence, segment.count))
        at_us = now.wall_us if now.trusted else 0
        gathered.intake.lineage += [self._makers.trace(*key, tuple(each), at_us) for key, each in made.items()]

    def dead_bytes(self, job: str) -> int:
        """Raw bytes of the job's dead letters, as far as they are kept."""
        return self._dead_bytes.get(job, 0)

    def release_dead(self, job: str, size: int) -> None:
        """So many raw bytes of the job's dead letters are kept no longer."""
        self._dead_bytes[job] = max(0, self.dead_bytes(job) - size)

    def _segments(self, gathered: Gathered, sink_of: SinkOf, now: Instant) -> list[Segment]:
        """Numbered, each stream in its order. What was gathered is let go piece by piece: it need not stand twice."""
        segments = [self._numbered(notice) for notice in gathered.notices]
        while gathered.chunks:
            stretch = next(iter(gathered.chunks))
            sink = sink_of(stretch.stream)
            most = APPEND_BYTES if sink is not None and sink.kind == "file" else SEGMENT_BYTES
            for portion in portions(gathered.chunks.pop(stretch), most):
                segment = Segment(
                    stream=stretch.stream,
                    sequence=0,
                    version=stretch.version,
                    count=portion.count,
                    priority=stretch.priority,
                    created_us=now.stamp,
                    data=portion.data,
                )
                segments.append(self._numbered(segment))
        return segments

    def _numbered(self, segment: Segment) -> Segment:
        sequence = self._outbox.next_sequence(segment.stream)
        return msgspec.structs.replace(segment, sequence=sequence, run=self._run)

    def _make_room(self, arriving: list[Segment], limits: Limits, gathered: Gathered, now: Instant) -> list[Segment]:
        """Drop what is too much; returns which of a job's arriving segments are refused."""
        job, busy = arriving[0].stream.job, self._delivery.busy()
        coming = sum(len(segment.data) for segment in arriving)
        if limits.on_full == "drop_oldest":
            dropped = self._outbox.drop_oldest(job, max(limits.outbox - coming, 0), busy)
            self.drop(dropped, OUTBOX_FULL, gathered.freeing, now)
        if limits.on_full != "drop_newest":
            return []
        refused = choose_newest(arriving, self._outbox.size(job) + coming - limits.outbox)
        for segment in sorted(refused, key=lambda segment: segment.sequence):
            _account(segment.info, OUTBOX_FULL, gathered.intake, now)
        return refused

    def drop(self, dropped: Iterable[SegmentInfo], reason: str, freeing: Transaction, now: Instant) -> None:
        """These have been taken from the outbox and will not be delivered."""
        for segment in dropped:
            self._delivery.dropped(segment.stream)
            freeing.cursors[segment.stream] = segment.sequence
            _account(segment, reason, freeing, now)

    def _cap_dead_letters(self, transaction: Transaction, limits: Mapping[str, Limits]) -> None:
        """The first ones are kept: they show how it began."""
        kept = []
        for dead in transaction.dead:
            size = self._dead_bytes.get(dead.job, 0) + len(dead.letter.raw)
            if dead.job in limits and size > limits[dead.job].dead_letters:
                transaction.ledger.append(LedgerEntry(dead.job, dead.version, dead.letter.step, DEAD_LETTERS_FULL, 1))
            else:
                self._dead_bytes[dead.job] = size
                kept.append(dead)
        transaction.dead = kept


def _account(segment: SegmentInfo, reason: str, transaction: Transaction, now: Instant) -> None:
    transaction.ledger.append(entry(segment, f"dropped:{reason}"))
    numbers = segment.since, segment.sequence
    transaction.drops.append(Drop(segment.stream, segment.version, *numbers, segment.count, reason, now.wall_us))
