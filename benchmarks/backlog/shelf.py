"""The agent's own outbox, ledger, compaction and store at work, in virtual time: one small segment a second."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from edge_orch_agent.core.compaction import Compaction
from edge_orch_agent.core.events import Merged
from edge_orch_agent.core.ledger import Ledger
from edge_orch_agent.core.lineage import Input, Lineage, Made, Maker
from edge_orch_agent.core.outbox import Outbox
from edge_orch_agent.core.settings import Settings
from edge_orch_agent.core.transaction import (
    LedgerEntry,
    PositionKey,
    Priority,
    Segment,
    StreamId,
    Transaction,
)
from edge_orch_agent.store.sqlite_store import SqliteStore

from edge_orch.time import SECOND

RAW = StreamId("press", "raw", "lake")
START_US = 1_767_225_600 * SECOND
_MAKER = Maker("press", 1, "sha256:" + "1" * 64, {"hot_c": 85.0}, "1a2b3c4d")


class Shelf:
    """A stream whose sink is away. `merging`: False leaves every segment as it was sealed, for comparison."""

    def __init__(self, path: Path, *, merging: bool = True, settings: Settings | None = None) -> None:
        self.store = SqliteStore(path)
        stored = self.store.load()
        settings = settings or Settings()
        self.outbox = Outbox(stored, settings.deliver_ahead)
        self.ledger = Ledger(stored)
        self._compaction = Compaction(settings, self.outbox, self.ledger) if merging else None
        self._sealed = 0
        self.merges = 0

    @property
    def waiting(self) -> int:
        """Segments."""
        return sum(1 for _ in self.outbox.segments(RAW))

    def seal(self, count: int, records: int, at_once: int) -> None:
        """`count` segments of `records` records, `at_once` of them in a commit, with all that goes along."""
        for first in range(self._sealed, self._sealed + count, at_once):
            numbers = range(first, min(first + at_once, self._sealed + count))
            segments = [self._segment(number, records) for number in numbers]
            entered = records * len(segments)
            accounts = (("parsed", "entered"), ("parsed", "passed"), ("raw/lake", "out"))
            transaction = Transaction(
                positions={PositionKey("press", "factory/1"): b"%d" % numbers[-1]},
                segments=segments,
                ledger=[LedgerEntry("press", 1, stream, fate, entered) for stream, fate in accounts],
                lineage=[
                    Lineage(_MAKER, one.created_us, (Input("factory/1", number * records, records),), (_made(one),))
                    for number, one in zip(numbers, segments, strict=True)
                ],
            )
            self.store.commit(transaction)
            infos = [segment.info for segment in segments]
            for info in infos:
                self.outbox.append(info)
            assert all(not self.ledger.account(key).gap for key in self.ledger.add(transaction, infos))
            if self._compaction is not None:
                self._compaction.came(infos)
                self._merge(self._compaction)
        self._sealed += count

    def drain(self) -> Iterator[Segment]:
        """Deliver everything, a commit for as many as may be under way."""
        while (head := self.outbox.head(RAW)) is not None:
            done, count = head.sequence, 0
            while (head := self.outbox.head(RAW)) is not None and self.outbox.ahead(RAW) < self.outbox.most_ahead:
                segment = self.store.segment(RAW, head.sequence)
                assert segment is not None
                yield segment
                done, count = head.sequence, count + segment.count
                self.outbox.pop(RAW)
            transaction = Transaction(
                cursors={RAW: done}, ledger=[LedgerEntry("press", 1, "raw/lake", "delivered", count)]
            )
            self.store.commit(transaction)
            self.outbox.passed(RAW, done)
            assert all(not self.ledger.account(key).gap for key in self.ledger.add(transaction, []))

    def _merge(self, compaction: Compaction) -> None:
        while merges := compaction.start(dict):
            for merge in merges:
                self.merges += 1
                merged = self.store.merge(merge.stream, merge.first, merge.last)
                assert merged is not None
                compaction.merged(Merged(merge.stream, merge.first, merged))

    def _segment(self, number: int, records: int) -> Segment:
        data = b"".join(_record(number * records + offset) for offset in range(records))
        sequence = self.outbox.next_sequence(RAW)
        at_us = START_US + number * SECOND
        return Segment(RAW, sequence, 1, records, Priority.NORMAL, at_us, data, run=_MAKER.run)


def _made(segment: Segment) -> Made:
    return Made("raw", "lake", segment.sequence, segment.count)


def _record(number: int) -> bytes:
    """About 110 bytes, as a sensor says them."""
    noise = number * 2_654_435_761 % 2**32
    return b'{"ts":%d.%03d,"sensor":"press-%d","line":"L%d","temp_c":%.2f,"vib":%.4f,"fw":"1.4.2","n":%d}\n' % (
        *(1_767_225_600 + number, noise % 1_000, noise % 12, noise % 4),
        *(20 + noise % 5_000 / 100, noise % 9_973 / 9_973, number),
    )
