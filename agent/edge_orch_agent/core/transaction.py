"""What becomes durable together.

One `Transaction` is one SQLite transaction: source positions, step state, outbox segments, facts, dead letters,
ledger, slots. Sources are acknowledged after it; sinks are fed from it.
"""

from __future__ import annotations

from collections.abc import Sequence
from enum import StrEnum

import msgspec

from edge_orch.engine.records import DeadLetter
from edge_orch.twin.change import Change
from edge_orch.twin.epoch import Rolled
from edge_orch_agent.core.lineage import Lineage
from edge_orch_agent.core.redating import Redating


class Priority(StrEnum):
    """Which stream is delivered first and dropped last. Alerts are above all records."""

    ALERT = "alert"
    HIGH = "high"
    NORMAL = "normal"
    LOW = "low"


class StreamId(msgspec.Struct, frozen=True, array_like=True, order=True):
    """One log of the outbox: what one output of a job (or its alerts: `output` = `alerts`) sends to one sink."""

    job: str
    output: str
    sink: str

    def __str__(self) -> str:
        return f"{self.job}/{self.output}/{self.sink}"


ALERTS = "alerts"
"""The output name under which a job's notifications stand in the outbox."""


class Segment(msgspec.Struct, frozen=True):
    """A run of records in one stream, immutable once committed, so that a retry sends the same bytes.

    `sequence` counts from 1 within the stream. `data` is NDJSON, stored compressed. `count`: records in it.
    `created_us`: wall clock; negative while unknown (`Instant.stamp`), 0 if never known. `subject`: of a notice, the
    key of the episode fact it tells of. `part`: names the records when this is a part of what was committed, else
    empty. `run`: names the start of the agent that sealed it; empty for what was sealed before segments said so.
    `first`: not 0 if it was merged: of segments from this sequence up to its own; then `created_us` and `run` are those
    of the last.
    """

    stream: StreamId
    sequence: int
    version: int
    count: int
    priority: Priority
    created_us: int
    data: bytes
    subject: str = ""
    part: str = ""
    run: str = ""
    first: int = 0

    def idempotency_key(self, agent: str) -> str:
        """Agent, job, version, output, sink, run and sequence: the same for every attempt to deliver this segment.

        Without the run it would come back with other records where sequences do: after a database was lost, restored
        from a backup, or copied to another device. A merged segment names all that it is made of.
        """
        numbers = f"{self.first}-{self.sequence}" if self.first else f"{self.sequence}"
        number = f"{self.run}.{numbers}" if self.run else numbers
        key = f"{agent}/{self.stream.job}/{self.version}/{self.stream.output}/{self.stream.sink}/{number}"
        return f"{key}/{self.part}" if self.part else key

    def records(self, start: int = 0, stop: int | None = None) -> list[bytes]:
        """Its lines from `start` up to, not including, `stop`; each with its newline."""
        return self.data.splitlines(keepends=True)[start:stop]

    def cut(self, start: int, stop: int | None) -> Segment:
        """The part from record `start` up to `stop`: delivered by itself under a key of its own."""
        if start == 0 and stop in (None, self.count):
            return self
        lines = self.records(start, stop)
        return msgspec.structs.replace(self, data=b"".join(lines), count=len(lines), part=f"{start}-{stop}")

    @property
    def info(self) -> SegmentInfo:
        """What the core keeps of it."""
        return SegmentInfo(
            stream=self.stream,
            sequence=self.sequence,
            version=self.version,
            count=self.count,
            size=len(self.data),
            priority=self.priority,
            created_us=self.created_us,
            subject=self.subject,
            first=self.first,
        )


def joined(segments: Sequence[Segment]) -> Segment:
    """One segment with the records of these neighbours in a stream, in their order."""
    return msgspec.structs.replace(
        segments[-1],
        first=segments[0].info.since,
        count=sum(segment.count for segment in segments),
        data=b"".join(segment.data for segment in segments),
    )


class SegmentInfo(msgspec.Struct, frozen=True):
    """A segment without its data: what the core keeps in memory. `size`: bytes of its data before compression."""

    stream: StreamId
    sequence: int
    version: int
    count: int
    size: int
    priority: Priority
    created_us: int
    subject: str = ""
    first: int = 0

    @property
    def since(self) -> int:
        """The first sequence that it stands for."""
        return self.first or self.sequence


class PositionKey(msgspec.Struct, frozen=True, array_like=True, order=True):
    """Where a source stands: one job's partition (a topic filter, a file)."""

    job: str
    partition: str


class LedgerEntry(msgspec.Struct, frozen=True, array_like=True):
    """Counts to add to the account of one job version. `stream` is a step, or `output/sink`, or `source`.

    `fate`: entered, passed, filtered, folded, dead, late, out, delivered, dropped:<reason>. What adds up to 0 is gone.
    """

    job: str
    version: int
    stream: str
    fate: str
    count: int


class WearDay(msgspec.Struct, frozen=True, array_like=True):
    """Bytes written to the disk and bytes that sinks took on one day (`2026-01-31`, UTC)."""

    day: str
    written: int
    delivered: int


class SlotName(StrEnum):
    """Places for a version of a job on the device."""

    CURRENT = "current"
    CANDIDATE = "candidate"
    LAST_GOOD = "last_good"
    FAILED = "failed"  # given up here; its digest is not tried again
    DAMAGED = "damaged"  # its stored plan cannot be used; asked for again, and run again when it is here
    RETIRED = "retired"  # removed from the device, but its outbox is not empty yet and needs its sinks


class Slot(msgspec.Struct, frozen=True):
    """A version in a slot. Its envelope is stored once under its digest."""

    job: str
    slot: SlotName
    version: int
    digest: str
    generation: int


class JobDeadLetter(msgspec.Struct, frozen=True):
    """A dead letter with the job version that met it."""

    job: str
    version: int
    at_us: int
    letter: DeadLetter


class Rejection(msgspec.Struct, frozen=True):
    """Records `start` up to `stop` of a committed segment that its sink will never take.

    The store holds their bytes, so the store makes dead letters of them, before the cursor deletes the segment.
    """

    stream: StreamId
    sequence: int
    start: int
    stop: int
    reason: str
    at_us: int

    def letters(self, segment: Segment) -> list[JobDeadLetter]:
        """One dead letter a record; `step` is the output, `partition` the sink, `position` counts in the segment."""
        stream = self.stream
        return [
            JobDeadLetter(
                stream.job,
                segment.version,
                self.at_us,
                DeadLetter(raw.rstrip(b"\n"), stream.output, self.reason, stream.sink, self.start + number),
            )
            for number, raw in enumerate(segment.records(self.start, self.stop))
        ]


class Drop(msgspec.Struct, frozen=True):
    """Segments `first` to `last` of a stream, all of one version, that were given up undelivered, and why.

    `count`: their records. `reason`: `outbox_full`, `max_age`, or `no_sink`: too old, and no version of the job that
    is kept on the device defines their sink. `at_us`: wall clock of the latest.
    """

    stream: StreamId
    version: int
    first: int
    last: int
    count: int
    reason: str
    at_us: int

    def continued(self, later: Drop) -> Drop | None:
        """Both as one, if `later` follows without a gap and for the same reason."""
        if (later.stream, later.version, later.reason, later.first) != (
            *(self.stream, self.version, self.reason),
            self.last + 1,
        ):
            return None
        return msgspec.structs.replace(self, last=later.last, count=self.count + later.count, at_us=later.at_us)


class Transaction(msgspec.Struct):
    """Everything one commit makes durable. Empty fields cost nothing.

    `positions`: opaque to all but the source; `states`: per job, the pipeline's snapshot; in both, None deletes.
    `replays`: per job, what its pipeline was given after its snapshot, to be appended; a state, or None, ends them.
    `cursors`: per stream, the sequence up to which it is delivered or dropped; segments up to it are deleted.
    `drops`: which of them were dropped; their counts stand in the ledger as well.
    `rolls`: new epochs of the twin, each in place of all that was there; `changes` come after them.
    `envelopes`: signed plans by digest; those that no slot names any more are deleted. `removed_slots`: now empty;
    applied before `slots`. `wear`: the day's sums so far. `lineage`: kept for a while, and never loaded by the core.
    `replayed`: dead letters that have entered again, and go.
    """

    positions: dict[PositionKey, bytes | None] = msgspec.field(default_factory=dict)
    states: dict[str, bytes | None] = msgspec.field(default_factory=dict)
    replays: dict[str, list[bytes]] = msgspec.field(default_factory=dict)
    segments: list[Segment] = msgspec.field(default_factory=list)
    redatings: list[Redating] = msgspec.field(default_factory=list)
    cursors: dict[StreamId, int] = msgspec.field(default_factory=dict)
    rolls: list[Rolled] = msgspec.field(default_factory=list)
    changes: list[Change] = msgspec.field(default_factory=list)
    dead: list[JobDeadLetter] = msgspec.field(default_factory=list)
    rejections: list[Rejection] = msgspec.field(default_factory=list)
    ledger: list[LedgerEntry] = msgspec.field(default_factory=list)
    drops: list[Drop] = msgspec.field(default_factory=list)
    slots: list[Slot] = msgspec.field(default_factory=list)
    removed_slots: list[tuple[str, SlotName]] = msgspec.field(default_factory=list)
    envelopes: dict[str, bytes] = msgspec.field(default_factory=dict)
    wear: dict[str, WearDay] = msgspec.field(default_factory=dict)
    lineage: list[Lineage] = msgspec.field(default_factory=list)
    replayed: list[int] = msgspec.field(default_factory=list)

    def __bool__(self) -> bool:
        return any(getattr(self, name) for name in self.__struct_fields__)

    def all_changes(self) -> list[Change]:
        """Every change of the twin that is durable with it."""
        return [*(change for rolled in self.rolls for change in rolled.changes), *self.changes]

    def add(self, later: Transaction) -> None:
        """Make this one do what both would, one after the other."""
        if later.rolls:
            self.changes.clear()
        replays = {job: inputs for job, inputs in self.replays.items() if job not in later.states}
        if emptied := set(later.removed_slots):
            self.slots = [slot for slot in self.slots if (slot.job, slot.slot) not in emptied]
        for name in self.__struct_fields__:
            if theirs := getattr(later, name):
                mine = getattr(self, name)
                (mine.update if isinstance(mine, dict) else mine.extend)(theirs)
        self.replays = replays | {job: replays.get(job, []) + inputs for job, inputs in later.replays.items()}
