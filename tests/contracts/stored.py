"""What the contract puts into a store."""

from __future__ import annotations

from collections.abc import Iterator
from random import Random
from typing import Any

from edge_orch_agent.core.transaction import (
    JobDeadLetter,
    LedgerEntry,
    PositionKey,
    Priority,
    Segment,
    Slot,
    SlotName,
    StreamId,
    Transaction,
)
from edge_orch_agent.store.port import DiskFull, Store

from edge_orch.engine.records import DeadLetter
from edge_orch.twin.change import Change

STREAM = StreamId("press", "stats", "lake")
OTHER = StreamId("press", "alerts", "oncall")
POSITION = PositionKey("press", "factory/1")


def a_segment(sequence: int, data: bytes = b'{"n":1}\n{"n":2}\n', stream: StreamId = STREAM) -> Segment:
    return Segment(stream, sequence, 1, data.count(b"\n"), Priority.NORMAL, 1_000, data, subject="e/opened")


def a_change(seq: int) -> Change:
    return Change(actor=b"a" * 16, seq=seq, hash=bytes([seq]) * 32, lamport=seq, raw=b"raw%d" % seq)


def a_full_transaction() -> Transaction:
    return Transaction(
        positions={POSITION: b"at 7"},
        states={"press": b"\x00state"},
        segments=[a_segment(1), a_segment(2), a_segment(1, stream=OTHER)],
        cursors={},
        changes=[a_change(1), a_change(2)],
        dead=[JobDeadLetter("press", 1, 5, DeadLetter(b"\xff bad", "schematize", "not UTF-8", "factory/1", 3))],
        ledger=[LedgerEntry("press", 1, "stats/lake", "out", 4)],
        slots=[Slot("press", SlotName.CURRENT, 1, "sha256:1", 1)],
        envelopes={"sha256:1": b"envelope"},
    )


FILL = 48


def noise(sequence: int) -> Transaction:
    """What a source might bring: half a megabyte that no compression makes smaller."""
    return Transaction(segments=[a_segment(sequence, Random(sequence).randbytes(500_000))])  # noqa: S311


def fill(store: Store, first: int = 1) -> int:
    """Commit until the store is full; returns the first sequence that it did not take."""
    for sequence in range(first, first + FILL):
        try:
            store.commit(noise(sequence))
        except DiskFull:
            return sequence
    raise AssertionError("the store is not small")


class Torn(list[Any]):
    """Gives its items, then fails: as a full disk would between two statements."""

    def __iter__(self) -> Iterator[Any]:
        yield from list.__iter__(self)
        raise OSError("no space left on device")
