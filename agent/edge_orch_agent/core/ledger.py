"""The ledger: the account of what went in, out, dead and dropped, as far as it is durable."""

from __future__ import annotations

from collections.abc import Iterable

from edge_orch_agent.core.transaction import Drop, LedgerEntry, SegmentInfo, StreamId


def entry(segment: SegmentInfo, fate: str, count: int | None = None) -> LedgerEntry:
    """What became of a segment's records, all of them if no `count` is given."""
    stream = f"{segment.stream.output}/{segment.stream.sink}"
    return LedgerEntry(segment.stream.job, segment.version, stream, fate, segment.count if count is None else count)


class Ledger:
    """Sums per job, version, stream and fate, and which segments were dropped."""

    def __init__(self, entries: Iterable[LedgerEntry], drops: Iterable[Drop] = ()) -> None:
        self._sums: dict[tuple[str, int, str, str], int] = {}
        self._drops: dict[StreamId, list[Drop]] = {}
        self.add(entries, drops)

    def add(self, entries: Iterable[LedgerEntry], drops: Iterable[Drop] = ()) -> None:
        """These have become durable."""
        for drop in drops:
            add_drop(self._drops.setdefault(drop.stream, []), drop)
        for entry in entries:
            key = (entry.job, entry.version, entry.stream, entry.fate)
            self._sums[key] = self._sums.get(key, 0) + entry.count

    def entries(self) -> list[LedgerEntry]:
        """All sums, in order."""
        return [LedgerEntry(*key, count) for key, count in sorted(self._sums.items())]

    def drops(self) -> list[Drop]:
        """All drops, by stream, in order."""
        return [drop for _, drops in sorted(self._drops.items()) for drop in drops]

    def total(self, fate: str) -> int:
        """Over all jobs, versions and streams; of all fates that begin with `fate`."""
        return sum(count for key, count in self._sums.items() if key[3].startswith(fate))


def add_drop(drops: list[Drop], drop: Drop) -> None:
    """Append to a stream's drops, or let the last one grow."""
    grown = drops[-1].continued(drop) if drops else None
    if grown is None:
        drops.append(drop)
    else:
        drops[-1] = grown
