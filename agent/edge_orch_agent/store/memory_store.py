"""The store in memory: the same promises without a disk, for simulations and tests."""

from __future__ import annotations

import copy
from collections import Counter
from collections.abc import Iterable, Sequence
from typing import TypeVar

import msgspec

from edge_orch.errors import Problem
from edge_orch.twin.change import Change
from edge_orch.twin.epoch import Epoch
from edge_orch.twin.facts import Section
from edge_orch_agent.core.dead_letters import KeptLetter
from edge_orch_agent.core.ledger import add_drop
from edge_orch_agent.core.lineage import Lineage
from edge_orch_agent.core.redating import Redating
from edge_orch_agent.core.stored_state import StoredState
from edge_orch_agent.core.transaction import (
    Drop,
    JobDeadLetter,
    LedgerEntry,
    PositionKey,
    Segment,
    SegmentInfo,
    Slot,
    SlotName,
    StreamId,
    Transaction,
    WearDay,
    joined,
)
from edge_orch_agent.store.port import ARCHIVED, DiskFull

LINEAGES = 100
"""How many are kept, the latest."""

_Key = TypeVar("_Key")


class _Tables(msgspec.Struct):
    """What would be tables in a file. A commit works on a copy of what it changes and replaces all at its end."""

    positions: dict[PositionKey, bytes] = msgspec.field(default_factory=dict)
    states: dict[str, bytes] = msgspec.field(default_factory=dict)
    replays: dict[str, list[bytes]] = msgspec.field(default_factory=dict)
    segments: dict[tuple[StreamId, int], Segment] = msgspec.field(default_factory=dict)
    cursors: dict[StreamId, int] = msgspec.field(default_factory=dict)
    changes: dict[tuple[bytes, int], Change] = msgspec.field(default_factory=dict)
    epoch: Epoch = Epoch()
    archive: list[tuple[Section, str, str]] = msgspec.field(default_factory=list)
    dead: dict[int, JobDeadLetter] = msgspec.field(default_factory=dict)
    ledger: Counter[tuple[str, int, str, str]] = msgspec.field(default_factory=Counter)
    drops: dict[StreamId, list[Drop]] = msgspec.field(default_factory=dict)
    slots: dict[tuple[str, SlotName], Slot] = msgspec.field(default_factory=dict)
    envelopes: dict[str, bytes] = msgspec.field(default_factory=dict)
    wear: dict[str, WearDay] = msgspec.field(default_factory=dict)
    lineage: list[Lineage] = msgspec.field(default_factory=list)

    def apart(self, transaction: Transaction) -> _Tables:
        """The same content; what the transaction changes in place is a copy."""
        other = copy.copy(self)
        for field, tables in _CHANGED_BY.items():
            if getattr(transaction, field):
                for table in tables:
                    setattr(other, table, getattr(self, table).copy())
        return other

    def apply(self, transaction: Transaction) -> None:
        _put(self.positions, transaction.positions)
        _put(self.states, transaction.states)
        if transaction.states or transaction.replays:
            self.replays = {job: inputs for job, inputs in self.replays.items() if job not in transaction.states}
            self.replays |= {job: self.replays.get(job, []) + inputs for job, inputs in transaction.replays.items()}
        for segment in transaction.segments:
            if (segment.stream, segment.sequence) in self.segments:
                raise ValueError(f"segment {segment.stream} {segment.sequence} exists already")
            self.segments[segment.stream, segment.sequence] = segment
        self._redate(transaction.redatings)
        for rejection in transaction.rejections:
            rejected = self.segments.get((rejection.stream, rejection.sequence))
            self._bury(rejection.letters(rejected) if rejected else [])
        for stream, delivered in transaction.cursors.items():
            self.cursors[stream] = delivered
            for key in [key for key in self.segments if key[0] == stream and key[1] <= delivered]:
                del self.segments[key]
        for rolled in transaction.rolls:
            self.epoch = rolled.epoch
            self.changes = {(change.actor, change.seq): change for change in rolled.changes}
            self.archive = [*self.archive, *rolled.left][-ARCHIVED:]
        for change in transaction.changes:
            self.changes[change.actor, change.seq] = change
        self._bury(transaction.dead)
        for number in transaction.replayed:
            self.dead.pop(number, None)
        self._book(transaction.ledger)
        for drop in transaction.drops:
            self.drops[drop.stream] = drops = list(self.drops.get(drop.stream, ()))
            add_drop(drops, drop)
        if transaction.slots or transaction.removed_slots or transaction.envelopes:
            self._place(transaction)
        self.wear.update(transaction.wear)
        self.lineage = [*self.lineage[-LINEAGES:], *transaction.lineage]

    def _book(self, entries: Iterable[LedgerEntry]) -> None:
        for entry in entries:
            account = entry.job, entry.version, entry.stream, entry.fate
            self.ledger[account] += entry.count
            if not self.ledger[account]:
                del self.ledger[account]

    def _place(self, transaction: Transaction) -> None:
        for place in transaction.removed_slots:
            self.slots.pop(place, None)
        for slot in transaction.slots:
            self.slots[slot.job, slot.slot] = slot
        self.envelopes.update(transaction.envelopes)
        named = {slot.digest for slot in self.slots.values()}
        self.envelopes = {digest: data for digest, data in self.envelopes.items() if digest in named}

    def _bury(self, letters: Iterable[JobDeadLetter]) -> None:
        for letter in letters:
            self.dead[max(self.dead, default=0) + 1] = letter

    def _redate(self, redatings: Iterable[Redating]) -> None:
        for redating in redatings:
            for place, segment in self.segments.items():
                dated_us = redating.stamp(segment.created_us)
                self.segments[place] = msgspec.structs.replace(segment, created_us=dated_us)

    def size(self) -> int:
        """Bytes of content: what takes the room on a disk."""
        return (
            sum(len(segment.data) for segment in self.segments.values())
            + sum(len(change.raw) for change in self.changes.values())
            + sum(len(dead.letter.raw) for dead in self.dead.values())
            + sum(len(data) for table in (self.states, self.positions, self.envelopes) for data in table.values())
            + sum(len(content) for inputs in self.replays.values() for content in inputs)
        )


_CHANGED_BY: dict[str, tuple[str, ...]] = {
    "positions": ("positions",),
    "states": ("states",),
    "segments": ("segments",),
    "redatings": ("segments",),
    "rejections": ("dead",),
    "cursors": ("cursors", "segments"),
    "changes": ("changes",),
    "dead": ("dead",),
    "replayed": ("dead",),
    "ledger": ("ledger",),
    "drops": ("drops",),
    "removed_slots": ("slots",),
    "slots": ("slots",),
    "envelopes": ("envelopes",),
    "wear": ("wear",),
}
"""By field of a transaction, the tables that it changes in place; the others are replaced."""


class MemoryStore:
    """A `Store` that forgets at exit. `capacity`: bytes of content that fit; `reserve`: of them, for the essential."""

    def __init__(self, capacity: int | None = None, reserve: int = 0) -> None:
        self._tables = _Tables()
        self.capacity = capacity
        self._reserve = reserve

    @property
    def dead(self) -> list[JobDeadLetter]:
        """Every dead letter, oldest first."""
        return list(self._tables.dead.values())

    @property
    def lineage(self) -> list[Lineage]:
        """The latest, oldest first."""
        return list(self._tables.lineage)

    def load(self) -> StoredState:
        tables = self._tables
        segments = sorted(tables.segments.items())
        state = StoredState(
            positions=dict(tables.positions),
            states=dict(tables.states),
            replays={job: list(inputs) for job, inputs in tables.replays.items()},
            segments=[segment.info for _, segment in segments],
            cursors=dict(tables.cursors),
            next_sequence={stream: sequence + 1 for stream, sequence in tables.cursors.items()},
            changes=sorted(tables.changes.values(), key=lambda change: (change.lamport, change.actor, change.seq)),
            epoch=tables.epoch,
            slots=[slot for _, slot in sorted(tables.slots.items())],
            envelopes=dict(tables.envelopes),
            ledger=[LedgerEntry(*key, count) for key, count in sorted(tables.ledger.items())],
            drops=[drop for _, drops in sorted(tables.drops.items()) for drop in drops],
            wear=[day for _, day in sorted(tables.wear.items())][-31:],
        )
        for (stream, sequence), _ in segments:
            state.next_sequence[stream] = sequence + 1
        for dead in tables.dead.values():
            state.dead_bytes[dead.job] = state.dead_bytes.get(dead.job, 0) + len(dead.letter.raw)
        return state

    def commit(self, transaction: Transaction, essential: bool = False) -> int:
        tables = self._tables.apart(transaction)
        tables.apply(transaction)
        self._check_room(tables, essential)
        self._tables = tables
        return sum(len(segment.data) for segment in transaction.segments)

    def _check_room(self, tables: _Tables, essential: bool) -> None:
        if self.capacity is None:
            return
        size = tables.size()
        if essential and size <= self._tables.size():
            return
        if size > self.capacity - (0 if essential else self._reserve):
            raise DiskFull(Problem("the disk is full", next_step="free some space"))

    def segment(self, stream: StreamId, sequence: int) -> Segment | None:
        return self._tables.segments.get((stream, sequence))

    def merge(self, stream: StreamId, first: int, last: int) -> SegmentInfo | None:
        tables = copy.copy(self._tables)
        within = sorted(key for key in tables.segments if key[0] == stream and first <= key[1] <= last)
        merged = joined([tables.segments[key] for key in within])
        tables.segments = {key: one for key, one in tables.segments.items() if key not in within}
        tables.segments[stream, last] = merged
        self._tables = tables
        return merged.info

    def archived(self) -> list[tuple[Section, str, str]]:
        return list(self._tables.archive)

    def letters(self, ids: Sequence[int]) -> list[KeptLetter]:
        return [KeptLetter(number, self._tables.dead[number]) for number in sorted(ids) if number in self._tables.dead]

    def close(self) -> None:
        """Nothing to release; what was committed can still be loaded."""


def _put(table: dict[_Key, bytes], values: dict[_Key, bytes | None]) -> None:
    """None deletes."""
    for key, value in values.items():
        if value is None:
            table.pop(key, None)
        else:
            table[key] = value
