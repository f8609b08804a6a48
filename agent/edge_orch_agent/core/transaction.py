"""What becomes durable together, and what a store gives back at start.

One `Transaction` is one SQLite transaction: source positions, step state, outbox segments, facts, dead letters,
ledger, slots. Sources are acknowledged after it; sinks are fed from it.
"""

from __future__ import annotations

from enum import StrEnum

import msgspec

from edge_orch.engine.records import DeadLetter
from edge_orch.twin.change import Change


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
    """

    stream: StreamId
    sequence: int
    version: int
    count: int
    priority: Priority
    created_us: int
    data: bytes

    def idempotency_key(self, agent: str) -> str:
        """Agent, job, version, output, sink and sequence: the same for every attempt to deliver this segment."""
        return f"{agent}/{self.stream.job}/{self.version}/{self.stream.output}/{self.stream.sink}/{self.sequence}"


class SegmentInfo(msgspec.Struct, frozen=True):
    """A segment without its data: what the core keeps in memory. `size` is its stored size in bytes."""

    stream: StreamId
    sequence: int
    count: int
    size: int
    priority: Priority
    created_us: int


class PositionKey(msgspec.Struct, frozen=True, array_like=True, order=True):
    """Where a source stands: one job's partition (a topic filter, a file)."""

    job: str
    partition: str


class LedgerEntry(msgspec.Struct, frozen=True, array_like=True):
    """Counts to add to the account of one job version. `stream` is a step, or `output/sink`, or `source`.

    `fate`: entered, passed, filtered, folded, dead, late, out, delivered, dropped:<reason>.
    """

    job: str
    version: int
    stream: str
    fate: str
    count: int


class SlotName(StrEnum):
    """Places for a version of a job on the device."""

    CURRENT = "current"
    CANDIDATE = "candidate"
    LAST_GOOD = "last_good"


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


class Transaction(msgspec.Struct):
    """Everything one commit makes durable. Empty fields cost nothing.

    `states`: per job, the pipeline's snapshot (None deletes it). `positions`: opaque to all but the source.
    `cursors`: per stream, the sequence up to which it is delivered or dropped; segments up to it are deleted.
    `envelopes`: signed plans by digest. `removed_slots`: slots now empty.
    """

    positions: dict[PositionKey, bytes] = msgspec.field(default_factory=dict)
    states: dict[str, bytes | None] = msgspec.field(default_factory=dict)
    segments: list[Segment] = msgspec.field(default_factory=list)
    cursors: dict[StreamId, int] = msgspec.field(default_factory=dict)
    changes: list[Change] = msgspec.field(default_factory=list)
    dead: list[JobDeadLetter] = msgspec.field(default_factory=list)
    ledger: list[LedgerEntry] = msgspec.field(default_factory=list)
    slots: list[Slot] = msgspec.field(default_factory=list)
    removed_slots: list[tuple[str, SlotName]] = msgspec.field(default_factory=list)
    envelopes: dict[str, bytes] = msgspec.field(default_factory=dict)


class StoredState(msgspec.Struct):
    """What a store holds at start; everything `AgentCore` is rebuilt from."""

    positions: dict[PositionKey, bytes] = msgspec.field(default_factory=dict)
    states: dict[str, bytes] = msgspec.field(default_factory=dict)
    segments: list[SegmentInfo] = msgspec.field(default_factory=list)
    cursors: dict[StreamId, int] = msgspec.field(default_factory=dict)
    next_sequence: dict[StreamId, int] = msgspec.field(default_factory=dict)
    changes: list[Change] = msgspec.field(default_factory=list)
    slots: list[Slot] = msgspec.field(default_factory=list)
    envelopes: dict[str, bytes] = msgspec.field(default_factory=dict)
