"""Appends segments to an NDJSON file, each exactly once."""

from __future__ import annotations

import asyncio
import os
from pathlib import Path
from typing import BinaryIO

import msgspec
from isal import isal_zlib

from edge_orch.errors import Problem
from edge_orch_agent.core.transaction import Segment
from edge_orch_agent.sinks.port import Retry

RUNS = 16
"""Starts of the agent whose segments are told apart from new ones."""


class Entry(msgspec.Struct, frozen=True):
    """The last append of one stream, written down before it is made. `run`, `sequence`: the segment's."""

    key: str
    offset: int
    length: int
    checksum: int
    run: str = ""
    sequence: int = 0


class Journal(msgspec.Struct):
    """What stands in the file `PATH.journal`: the last append of each stream, and whose was the last of all.

    `before`: of each stream, by run, the highest sequence that was appended before its last append.
    """

    last: str = ""
    entries: dict[str, Entry] = {}
    before: dict[str, dict[str, int]] = {}

    def knows(self, segment: Segment, key: str, checksum: int) -> bool:
        """Whether it was appended: it is its stream's last append, or comes before that."""
        stream = str(segment.stream)
        entry = self.entries.get(stream)
        if entry is not None and (entry.key, entry.checksum) == (key, checksum):
            return True
        return segment.sequence <= self.before.get(stream, {}).get(segment.run, 0)

    def add(self, stream: str, entry: Entry) -> None:
        """The stream's next append."""
        whole = self.entries.get(stream)
        if whole is not None and whole.run:
            runs = self.before.setdefault(stream, {})
            runs[whole.run] = max(whole.sequence, runs.pop(whole.run, 0))
            if len(runs) > RUNS:
                del runs[next(iter(runs))]
        self.last = stream
        self.entries[stream] = entry


class FileSink:
    """Writes down what it is about to append, then appends. After a crash an incomplete append is cut off.

    The core delivers each stream in order, and may be some segments further than what it knows after a crash: then
    all of them come again, and none is new whose sequence was reached. A file must have one writer: this agent.
    `_whole`: the size at which it ends with an append that succeeded.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self._journal_path = path.with_name(path.name + ".journal")
        self._lock = asyncio.Lock()
        self._whole = -1

    async def deliver(self, segment: Segment, idempotency_key: str) -> None:
        """Return once the lines are on the disk. Raises `Retry` when the disk refuses."""
        async with self._lock:
            try:
                await asyncio.to_thread(self._append, segment, idempotency_key)
            except OSError as error:
                raise Retry(Problem(f"cannot write {self._path}", found=error.strerror or str(error))) from error

    def _append(self, segment: Segment, key: str) -> None:
        self._path.parent.mkdir(parents=True, exist_ok=True)
        with self._path.open("ab+") as file:
            journal = self._read_journal()
            if file.seek(0, os.SEEK_END) != self._whole:
                self._cut_incomplete(file, journal)
            self._whole = -1  # until this append has succeeded
            data, checksum = segment.data, isal_zlib.crc32(segment.data)
            if journal.knows(segment, key, checksum):
                return
            end = file.seek(0, os.SEEK_END)
            journal.add(str(segment.stream), Entry(key, end, len(data), checksum, segment.run, segment.sequence))
            self._write_journal(journal)
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
            self._whole = end + len(data)

    def _cut_incomplete(self, file: BinaryIO, journal: Journal) -> None:
        last = journal.entries.get(journal.last)
        if last is None:
            return
        written = os.pread(file.fileno(), last.length, last.offset)
        if len(written) < last.length or isal_zlib.crc32(written) != last.checksum:
            # A file that was rotated away is shorter than the offset: truncating must not make it longer.
            if file.seek(0, os.SEEK_END) > last.offset:
                file.truncate(last.offset)
            del journal.entries[journal.last]

    def _read_journal(self) -> Journal:
        try:
            return msgspec.json.decode(self._journal_path.read_bytes(), type=Journal)
        except (FileNotFoundError, msgspec.MsgspecError):
            return Journal()

    def _write_journal(self, journal: Journal) -> None:
        fresh = self._journal_path.with_suffix(".new")
        with fresh.open("wb") as file:
            file.write(msgspec.json.encode(journal))
            file.flush()
            os.fsync(file.fileno())
        fresh.replace(self._journal_path)

    async def close(self) -> None:
        """The file is open only during an append."""
