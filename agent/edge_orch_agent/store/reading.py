"""Rows as the structures of the core."""

from __future__ import annotations

import contextlib
import sqlite3
import zlib
from collections import Counter
from collections.abc import Iterable, Iterator
from typing import Any, TypeVar, cast

import msgspec
from isal import isal_zlib

from edge_orch.engine.records import DeadLetter
from edge_orch.errors import Problem, StorageError
from edge_orch.twin.change import Change, Vector
from edge_orch.twin.epoch import Epoch
from edge_orch.twin.facts import Section
from edge_orch_agent.core.dead_letters import KeptLetter
from edge_orch_agent.core.stored_state import StoredState
from edge_orch_agent.core.transaction import (
    Drop,
    JobDeadLetter,
    LedgerEntry,
    PositionKey,
    Priority,
    Segment,
    SegmentInfo,
    Slot,
    StreamId,
    WearDay,
)

_SEGMENT = "SELECT version, count, size, priority, created_us, subject, run, first, crc, data FROM segment"

_HINT, _MOST_HINTED = 16 << 10, 16 << 20
_NotPacked = cast("type[Exception]", isal_zlib.error)  # its stub takes the class for an instance

_TYPES = (int, int, int, str, int, str, str, int, int, bytes)

Shape = TypeVar("Shape", bound=msgspec.Struct)


class DamagedSegment(StorageError):
    """A segment's bytes are not those that were committed. `version`: of its job, 0 if that is damaged as well."""

    def __init__(self, problem: Problem, version: object) -> None:
        super().__init__(problem)
        self.version = version if isinstance(version, int) else 0


def read_segment(database: sqlite3.Connection, stream: StreamId, sequence: int) -> Segment | None:
    """One segment with its data; None when it is gone. Raises `DamagedSegment`."""
    row: tuple[Any, ...] | None = database.execute(
        f"{_SEGMENT} WHERE job = ? AND output = ? AND sink = ? AND sequence = ?",
        (stream.job, stream.output, stream.sink, sequence),
    ).fetchone()
    if row is None:
        return None
    version, count, size, priority, created_us, subject, run, first, crc, packed = row
    try:
        if tuple(map(type, row)) != _TYPES:
            raise ValueError("the row itself")
        if isal_zlib.crc32(packed) != crc:
            raise ValueError("checksum differs")
        # With the size it is unpacked in one block, instead of in ever larger ones; it is a hint, and has no checksum.
        data = isal_zlib.decompress(packed, bufsize=size if 0 < size <= _MOST_HINTED else _HINT)
        rank = Priority(priority)
    except (_NotPacked, ValueError) as error:
        raise DamagedSegment(
            Problem(
                f"segment {sequence} of {stream} is damaged",
                found=f"{error}; {count} records",
                next_step="check the disk or the SD card; these records cannot be delivered",
            ),
            version,
        ) from error
    return Segment(stream, sequence, version, count, rank, created_us, data, subject, run=run, first=first)


def read_letters(database: sqlite3.Connection, ids: Iterable[int]) -> list[KeptLetter]:
    """The dead letters of these numbers that are still there, in order."""
    letters = []
    for number in sorted(ids):
        for job, version, at_us, *letter in database.execute(f"{_LETTER} WHERE id = ?", (number,)):
            letters.append(KeptLetter(number, JobDeadLetter(job, version, at_us, DeadLetter(*letter))))
    return letters


_LETTER = "SELECT job, version, at_us, raw, step, reason, partition, position, field FROM dead"


def read_state(database: sqlite3.Connection) -> StoredState:
    """Everything that was committed, in one consistent view."""
    database.execute("BEGIN")
    try:
        state = StoredState(
            positions={PositionKey(job, name): value for job, name, value in _rows(database, "position")},
            states={job: _unpacked(value) for job, value in _rows(database, "state")},
            replays=_replays(database),
            segments=_segments(database),
            cursors={StreamId(job, output, sink): last for job, output, sink, last in _rows(database, "cursor")},
            changes=_sensible(database.execute(_CHANGES), Change),
            epoch=_epoch(database),
            slots=_sensible(database.execute(_SLOTS), Slot),
            envelopes=dict(_rows(database, "envelope")),
            ledger=_sensible(_rows(database, "ledger"), LedgerEntry),
            drops=[Drop(StreamId(job, output, sink), *rest) for job, output, sink, *rest in database.execute(_DROPS)],
            first_sequence=database.execute("SELECT coalesce(max(first_sequence), 1) FROM epoch").fetchone()[0],
            wear=_sensible(database.execute(_WEAR), WearDay)[::-1],
            dead_bytes=dict(database.execute("SELECT job, sum(length(raw)) FROM dead GROUP BY job")),
        )
    finally:
        database.execute("COMMIT")
    state.report = _missing(state.replays, Counter(job for (job,) in database.execute("SELECT job FROM replay")))
    state.next_sequence = {stream: sequence + 1 for stream, sequence in state.cursors.items()}
    for segment in state.segments:
        state.next_sequence[segment.stream] = segment.sequence + 1
    return state


def read_archive(database: sqlite3.Connection) -> list[tuple[Section, str, str]]:
    """Section, key and text of the facts that have left the twin, oldest first."""
    rows = database.execute("SELECT section, key, text FROM archive ORDER BY id").fetchall()
    known = {section.value for section in Section}
    return [(Section(section), key, text) for section, key, text in rows if section in known]


def _epoch(database: sqlite3.Connection) -> Epoch:
    """The twin's epoch; of one that a flipped bit has made senseless, the controller tells again."""
    row = database.execute("SELECT number, root, length, past FROM twin_epoch").fetchone()
    with contextlib.suppress(msgspec.MsgspecError, TypeError):
        number, root, length, past = row
        return Epoch(number, root, length, msgspec.msgpack.decode(past, type=Vector))
    return Epoch()


_DROPS = "SELECT job, output, sink, version, first, last, count, reason, at_us FROM dropped ORDER BY 1, 2, 3, 5"
_WEAR = "SELECT day, written, delivered FROM wear ORDER BY day DESC LIMIT 31"
_SLOTS = "SELECT job, slot, version, digest, generation FROM slot ORDER BY 1, 2"
_CHANGES = "SELECT actor, seq, hash, lamport, raw FROM change ORDER BY lamport, actor, seq"


def _rows(database: sqlite3.Connection, table: str) -> sqlite3.Cursor:
    """All rows in the order of the primary key; `table` is always one of our own names."""
    return database.execute(f"SELECT * FROM {table} ORDER BY 1, 2")  # noqa: S608


def _replays(database: sqlite3.Connection) -> dict[str, list[bytes]]:
    """Of each job up to the first that is damaged or missing: what came after it would be played to another state."""
    found: dict[str, list[bytes]] = {}
    damaged = set()
    for job, number, content in _rows(database, "replay"):
        try:
            unpacked = zlib.decompress(content)
        except (zlib.error, TypeError):  # a flipped bit makes a text of it, too
            damaged.add(job)
        if job not in damaged and number == len(found.get(job, ())) + 1:
            found.setdefault(job, []).append(unpacked)
    return found


def _missing(replays: dict[str, list[bytes]], stored: Counter[str]) -> str:
    """What is stored of them and cannot be played, in words."""
    readable = Counter({job: len(inputs) for job, inputs in replays.items()})
    return "; ".join(
        f"{number} of {stored[job]} inputs that job {job} had after its stored state cannot be read: it goes on without"
        for job, number in sorted((stored - readable).items())
    )


def _unpacked(state: Any) -> bytes:
    """Older versions stored states as they are; no snapshot begins as zlib does."""
    if not isinstance(state, bytes):
        return b"\xff"  # a flipped bit: the pipeline will say that it is no state
    if not state.startswith(b"\x78"):
        return state
    try:
        return zlib.decompress(state)
    except zlib.error:
        return state  # the same


def _segments(database: sqlite3.Connection) -> list[SegmentInfo]:
    rows = database.execute(
        "SELECT job, output, sink, sequence, version, count, size, priority, created_us, subject, first FROM segment"
        " ORDER BY job, output, sink, sequence"
    )
    streams: dict[StreamId, StreamId] = {}  # one object each, not one for every segment that waits
    return [
        msgspec.structs.replace(info, stream=streams.setdefault(info.stream, info.stream))
        for info in _each_sensible(((row[:3], *row[3:]) for row in rows), SegmentInfo)
    ]


def _sensible(rows: Iterable[tuple[Any, ...]], shape: type[Shape]) -> list[Shape]:
    return list(_each_sensible(rows, shape))


def _each_sensible(rows: Iterable[tuple[Any, ...]], shape: type[Shape]) -> Iterator[Shape]:
    """The rows as structures. One that a flipped bit has made senseless is left out; the ledger will miss it."""
    names = shape.__struct_fields__
    for row in rows:
        with contextlib.suppress(msgspec.ValidationError):
            content = row if shape.__struct_config__.array_like else dict(zip(names, row, strict=True))
            yield msgspec.convert(content, shape)
