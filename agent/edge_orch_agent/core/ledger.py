"""The ledger: the account of what went in, out, dead and dropped, as far as it is durable, and whether it balances."""

from __future__ import annotations

from collections import deque
from collections.abc import Collection, Iterable, Sequence

import msgspec

from edge_orch_agent.core.outbox import replaced
from edge_orch_agent.core.stored_state import StoredState
from edge_orch_agent.core.transaction import Drop, LedgerEntry, SegmentInfo, StreamId, Transaction

Key = tuple[str, int, str]
"""Job, version, stream."""


EARLIER = 0
"""The version under which the accounts of versions long gone are added up."""
KEPT = 16
"""So many versions of a job, the newest, have an account of their own."""
MISSING = "dropped:missing"
"""The fate of records that a repair has written off."""


class Account(msgspec.Struct, frozen=True):
    """What became of the records that entered one stream of one version: a step, or an output on its way to a sink.

    `out`: passed on by the step, or delivered to the sink. `held`: in the outbox. Of a late record that is dropped,
    the step says `filtered`. `gap`: records that are unaccounted for; anything but 0 is a bug, or damage. `evicted`: no
    records, but what the step's state gave up for want of room: see `limits.state`.
    """

    job: str
    version: int
    stream: str
    entered: int
    out: int
    filtered: int
    folded: int
    dead: int
    dropped: int
    held: int
    gap: int
    evicted: int = 0


class Ledger:
    """Sums per job, version, stream and fate; which segments were dropped; what the outbox holds."""

    def __init__(self, stored: StoredState) -> None:
        self._fates: dict[Key, dict[str, int]] = {}
        self._drops: dict[StreamId, list[Drop]] = {}
        self._segments: dict[StreamId, deque[SegmentInfo]] = {}
        self._held: dict[Key, int] = {}
        self._moving: set[tuple[str, int]] = set()
        self._book(stored.ledger, stored.drops, stored.segments)

    def add(self, durable: Transaction, infos: Sequence[SegmentInfo]) -> set[Key]:
        """This has become durable, with these segments; returns whose account it has changed.

        The outbox keeps the same objects: what waits for weeks must not be in memory twice.
        """
        self._book(durable.ledger, durable.drops, infos)
        self._moving -= {(entry.job, entry.version) for entry in durable.ledger if entry.count < 0}
        gone = [info for stream, last in durable.cursors.items() for info in self._pass(stream, last)]
        for info in gone:
            self._held[_key(info)] -= info.count
            if not self._held[_key(info)]:
                del self._held[_key(info)]
        return {(entry.job, entry.version, entry.stream) for entry in durable.ledger} | set(map(_key, (*infos, *gone)))

    def replace(self, first: int, merged: SegmentInfo) -> None:
        """The segments from `first` up to it are this one now; their records are held as before."""
        self._segments[merged.stream] = replaced(self._segments[merged.stream], first, merged)

    def closed(self, job: str, in_use: Collection[int]) -> list[LedgerEntry]:
        """To be committed: what moves settled accounts to `EARLIER`, of versions neither new nor `in_use`."""
        versions = sorted({key[1] for key in self.keys() if key[0] == job and key[1] != EARLIER})
        entries = []
        for version in sorted({*versions[:-KEPT]} - {*in_use} - {moved for name, moved in self._moving if name == job}):
            keys = [key for key in self.keys() if key[:2] == (job, version)]
            if not any(account.gap or account.held for account in map(self.account, keys)):
                self._moving.add((job, version))
                for key in keys:
                    for fate, count in self._fates.get(key, {}).items():
                        entries += [LedgerEntry(*key, fate, -count), LedgerEntry(job, EARLIER, key[2], fate, count)]
        return entries

    def keys(self) -> set[Key]:
        """Everything there is an account of."""
        return {*self._fates, *self._held}

    def account(self, key: Key) -> Account:
        """`in = out + filtered + folded + dead + dropped + held`, or a gap.

        Of a step, dropped dead letters are dead: they were counted before there was no room for them.
        """
        fates = self._fates.get(key, {})
        held = self._held.get(key, 0)
        if "/" in key[2]:
            dropped = sum(count for fate, count in fates.items() if fate.startswith("dropped:"))
            entered, out = fates.get("out", 0), fates.get("delivered", 0)
        else:
            entered, out, dropped = fates.get("entered", 0), fates.get("passed", 0), fates.get(MISSING, 0)
        filtered, folded, dead = (fates.get(fate, 0) for fate in ("filtered", "folded", "dead"))
        gap = entered - out - filtered - folded - dead - dropped - held
        return Account(*key, entered, out, filtered, folded, dead, dropped, held, gap, fates.get("evicted", 0))

    def accounts(self) -> list[Account]:
        """All accounts, in order."""
        return [self.account(key) for key in sorted(self.keys())]

    def entries(self) -> list[LedgerEntry]:
        """All sums, in order."""
        return [
            LedgerEntry(*key, fate, count)
            for key, fates in sorted(self._fates.items())
            for fate, count in sorted(fates.items())
        ]

    def drops(self) -> list[Drop]:
        """All drops, by stream, in order."""
        return [drop for _, drops in sorted(self._drops.items()) for drop in drops]

    def total(self, fate: str) -> int:
        """Over all jobs, versions and streams; of all fates that begin with `fate`."""
        return sum(count for fates in self._fates.values() for name, count in fates.items() if name.startswith(fate))

    def _book(self, entries: Iterable[LedgerEntry], drops: Iterable[Drop], segments: Iterable[SegmentInfo]) -> None:
        for entry in entries:
            fates = self._fates.setdefault((entry.job, entry.version, entry.stream), {})
            fates[entry.fate] = fates.get(entry.fate, 0) + entry.count
            if not fates[entry.fate]:
                del fates[entry.fate]
            if not fates:
                del self._fates[entry.job, entry.version, entry.stream]
        for drop in drops:
            add_drop(self._drops.setdefault(drop.stream, []), drop)
        for info in segments:
            self._segments.setdefault(info.stream, deque()).append(info)
            self._held[_key(info)] = self._held.get(_key(info), 0) + info.count

    def _pass(self, stream: StreamId, last: int) -> Iterable[SegmentInfo]:
        """What the cursor has left behind."""
        segments = self._segments.get(stream, deque())
        while segments and segments[0].sequence <= last:
            yield segments.popleft()


def entry(segment: SegmentInfo, fate: str, count: int | None = None) -> LedgerEntry:
    """What became of a segment's records, all of them if no `count` is given."""
    return LedgerEntry(*_key(segment), fate, segment.count if count is None else count)


def add_drop(drops: list[Drop], drop: Drop) -> None:
    """Append to a stream's drops, or let the last one grow."""
    grown = drops[-1].continued(drop) if drops else None
    if grown is None:
        drops.append(drop)
    else:
        drops[-1] = grown


def _key(segment: SegmentInfo) -> Key:
    return segment.stream.job, segment.version, f"{segment.stream.output}/{segment.stream.sink}"
