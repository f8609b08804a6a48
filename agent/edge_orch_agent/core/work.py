"""Work: everything done since the last commit was given, on its way to become one transaction."""

from __future__ import annotations

import msgspec

from edge_orch.engine.account import Account
from edge_orch.engine.records import Chunk, DeadLetter, Emission, StepCount
from edge_orch.plan.plan import Output, Plan
from edge_orch.time import Instant
from edge_orch.twin.change import Change
from edge_orch.twin.epoch import Rolled
from edge_orch_agent.core.commands import Reply
from edge_orch_agent.core.events import BatchRead
from edge_orch_agent.core.lineage import Makers
from edge_orch_agent.core.settings import Settings
from edge_orch_agent.core.transaction import (
    ALERTS,
    JobDeadLetter,
    LedgerEntry,
    PositionKey,
    Priority,
    Segment,
    StreamId,
    Transaction,
)

MADE = 1.5
"""What is read may bring forth so many times `commit_bytes` before it is committed: that stands in memory until then,
and while the next is gathered."""

_FATES = StepCount.__struct_fields__


class Stretch(msgspec.Struct, frozen=True):
    """What is gathered into one segment: records of one stream, made by one version."""

    stream: StreamId
    version: int
    priority: Priority


class Gathered(msgspec.Struct):
    """The content of the next transaction, in the parts into which it falls when the disk is full.

    `freeing`: what leaves the outbox, and its account. `upkeep`: facts, notices, slots: small, and needed to get on.
    `intake`: what came of the records that sources read. Each part is true without those after it.
    `touched`: jobs whose pipeline may have changed state. `ledger`: of the intake. `receipts` are given out only when
    the intake is durable, `replies` when the upkeep is.
    """

    freeing: Transaction = msgspec.field(default_factory=Transaction)
    upkeep: Transaction = msgspec.field(default_factory=Transaction)
    intake: Transaction = msgspec.field(default_factory=Transaction)
    chunks: dict[Stretch, list[Chunk]] = {}
    notices: list[Segment] = []
    ledger: dict[tuple[str, int, str, str], int] = {}
    touched: set[str] = set()
    receipts: dict[str, list[int]] = {}
    replies: list[Reply] = []

    def holds(self, job: str) -> bool:
        """Whether it brings anything of this job for the outbox."""
        segments = (*self.notices, *self.upkeep.segments, *self.intake.segments)
        streams = [stretch.stream for stretch in self.chunks] + [segment.stream for segment in segments]
        return any(stream.job == job for stream in streams)

    def absorb(self, later: Gathered) -> None:
        """Take in what freeing and upkeep came later."""
        self.freeing.add(later.freeing)
        self.upkeep.add(later.upkeep)
        self.replies += later.replies


class Work:
    """Gathers, and says when it is time to commit."""

    def __init__(self, settings: Settings, run: str = "") -> None:
        self._settings = settings
        self.makers = Makers(run)
        self._streams: dict[StreamId, StreamId] = {}  # one object each: every waiting segment refers to it
        self._ending = False
        self._begin()

    def _begin(self) -> None:
        self.gathered = Gathered()
        self._chunks: dict[tuple[str, int, Output], list[Chunk]] = {}
        self._accounts: dict[tuple[str, int], dict[str, Account]] = {}
        self._first: int | None = None
        self._last = 0
        self._bytes = 0
        self._made = 0
        self._messages = 0
        self._batches = 0
        self._rest = False
        self._urgent = False

    def batch(self, event: BatchRead, records: int, now: Instant) -> None:
        """A batch of so many records has gone through its pipeline: its positions and its receipt."""
        for partition, position in event.positions.items():
            self.gathered.intake.positions[PositionKey(event.job, partition)] = position
        self.makers.read(event.job, event.batch, records)
        self.gathered.receipts.setdefault(event.job, []).append(event.receipt)
        payload = event.batch.payload
        if isinstance(payload, bytes):
            self._bytes += len(payload)
        else:
            self._bytes += sum(map(len, payload))
            self._messages += len(payload)
        self._batches += 1
        self._rest = event.last
        self.note(now)

    def emission(self, plan: Plan, version: int, emission: Emission, now: Instant) -> None:
        """What a call of a job's pipeline brought forth, all but its episode events."""
        job = plan.name
        for output in plan.outputs:
            chunk = emission.outputs.get(output.name)
            if chunk is not None and chunk.count:
                self._chunks_of(job, version, output).append(chunk)
                self._made += len(chunk.data)
                self.count(job, version, f"{output.name}/{output.sink}", "out", chunk.count)
        for letter in emission.dead:
            self.dead(job, version, letter, now)
        accounts = self._accounts.setdefault((job, version), {})
        for step, count in emission.counts.items():
            if step not in accounts:
                accounts[step] = Account()
            accounts[step].add(count)
        self.touch(job, now)

    def dead(self, job: str, version: int, letter: DeadLetter, now: Instant) -> None:
        """A record that could not be processed."""
        self.gathered.intake.dead.append(JobDeadLetter(job, version, now.wall_us, letter))

    def notice(self, stream: StreamId, version: int, subject: str, data: bytes, now: Instant) -> None:
        """A notice for one sink: a segment of its own, so that its delivery can be told of by itself."""
        self.gathered.notices.append(Segment(stream, 0, version, 1, Priority.ALERT, now.stamp, data, subject))
        self.gathered.upkeep.ledger.append(LedgerEntry(stream.job, version, f"{ALERTS}/{stream.sink}", "out", 1))
        self.hasten(now)

    def changes(self, changes: list[Change], now: Instant) -> None:
        """Facts, ours or the controller's: others wait for them, so they do not wait for more."""
        if changes:
            self.gathered.upkeep.changes.extend(changes)
            self.hasten(now)

    def roll(self, rolled: Rolled, now: Instant) -> None:
        """A new epoch of the twin, which holds what the gathered changes said."""
        self.gathered.upkeep.changes.clear()
        self.gathered.upkeep.rolls.append(rolled)
        self.hasten(now)

    def count(self, job: str, version: int, stream: str, fate: str, count: int) -> None:
        """Add to the account of what was read."""
        if count:
            key = (job, version, stream, fate)
            self.gathered.ledger[key] = self.gathered.ledger.get(key, 0) + count

    def reply(self, reply: Reply, now: Instant) -> None:
        """An answer that is true once the work is durable."""
        self.gathered.replies.append(reply)
        self.hasten(now)

    def touch(self, job: str, now: Instant) -> None:
        """The job's pipeline may have changed state."""
        self.gathered.touched.add(job)
        self.note(now)

    def note(self, now: Instant) -> None:
        """Something is there to commit."""
        if self._first is None:
            self._first = now.mono_us
        self._last = now.mono_us

    def hasten(self, now: Instant) -> None:
        """What is there should be committed at once."""
        self.note(now)
        self._urgent = True

    def end(self) -> None:
        """Nothing more is worth waiting for: from now on everything is to be committed at once."""
        self._ending = True

    def awaits(self, job: str) -> bool:
        """Whether a source of this job waits for an acknowledgement."""
        return job in self.gathered.receipts

    def holds(self, job: str) -> bool:
        """Whether there is anything of this job for the outbox."""
        return self.gathered.holds(job)

    def due_at(self) -> int | None:
        """When to commit, on the monotonic clock; None while there is nothing to commit."""
        if self._first is None:
            return None
        settings = self._settings
        if (
            self._urgent
            or self._ending
            or self._bytes >= settings.commit_bytes
            or self._made >= MADE * settings.commit_bytes
            or (self._rest and self._bytes >= settings.commit_rest_bytes)
            or self._messages >= settings.commit_messages
            or self._batches >= settings.commit_batches
        ):
            return self._first
        latest = self._first + settings.commit_after_us
        # Cursors and the like keep no source waiting: they go along with what is read next.
        return min(latest, self._last + settings.quiet_us) if self.gathered.receipts else latest

    def take(self) -> Gathered:
        """Hand over what was gathered and begin anew."""
        gathered = self.gathered
        for (job, version), accounts in self._accounts.items():
            for step, account in accounts.items():
                for fate in _FATES:
                    self.count(job, version, step, fate, getattr(account, fate))
        gathered.intake.ledger += [LedgerEntry(*key, count) for key, count in gathered.ledger.items()]
        self._begin()
        return gathered

    def take_urgent(self) -> Gathered:
        """Hand over all but the intake, which goes on to be gathered."""
        gathered = self.gathered
        taken = Gathered(gathered.freeing, gathered.upkeep, notices=gathered.notices, replies=gathered.replies)
        gathered.freeing, gathered.upkeep, gathered.notices, gathered.replies = Transaction(), Transaction(), [], []
        return taken

    def _chunks_of(self, job: str, version: int, output: Output) -> list[Chunk]:
        """Where the output's records are gathered. Looked up once a commit: messages come one by one."""
        chunks = self._chunks.get((job, version, output))
        if chunks is None:
            stream = StreamId(job, output.name, output.sink)
            stream = self._streams.setdefault(stream, stream)
            stretch = Stretch(stream, version, Priority(output.priority))
            chunks = self._chunks[job, version, output] = self.gathered.chunks.setdefault(stretch, [])
        return chunks
