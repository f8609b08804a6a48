"""The ledger: the account of what went in, out, dead and dropped, as far as it is durable."""

from __future__ import annotations

from collections.abc import Iterable

from edge_orch_agent.core.transaction import LedgerEntry, SegmentInfo


def entry(segment: SegmentInfo, fate: str, count: int | None = None) -> LedgerEntry:
    """What became of a segment's records, all of them if no `count` is given."""
    stream = f"{segment.stream.output}/{segment.stream.sink}"
    return LedgerEntry(segment.stream.job, segment.version, stream, fate, segment.count if count is None else count)


class Ledger:
    """Sums per job, version, stream and fate."""

    def __init__(self, entries: Iterable[LedgerEntry]) -> None:
        self._sums: dict[tuple[str, int, str, str], int] = {}
        self.add(entries)

    def add(self, entries: Iterable[LedgerEntry]) -> None:
        """These have become durable."""
        for entry in entries:
            key = (entry.job, entry.version, entry.stream, entry.fate)
            self._sums[key] = self._sums.get(key, 0) + entry.count

    def entries(self) -> list[LedgerEntry]:
        """All sums, in order."""
        return [LedgerEntry(*key, count) for key, count in sorted(self._sums.items())]

    def total(self, fate: str) -> int:
        """Over all jobs, versions and streams; of all fates that begin with `fate`."""
        return sum(count for key, count in self._sums.items() if key[3].startswith(fate))
