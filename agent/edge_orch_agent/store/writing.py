"""A transaction as rows: the statements of one commit, in the order their effects depend on."""

from __future__ import annotations

import sqlite3

import msgspec
from isal import isal_zlib

from edge_orch.engine.records import DeadLetter
from edge_orch.twin.change import Change
from edge_orch.twin.epoch import Rolled
from edge_orch_agent.core.transaction import (
    Drop,
    JobDeadLetter,
    Rejection,
    Segment,
    SegmentInfo,
    StreamId,
    Transaction,
    joined,
)
from edge_orch_agent.store.lineage import write_lineage
from edge_orch_agent.store.port import ARCHIVED
from edge_orch_agent.store.reading import DamagedSegment, read_segment

_COMPRESSION = 1  # of four, in the format of zlib: as small as zlib's own 1 in a quarter of its time

# A value that is the same touches no page: many jobs have no state, and many commits move no position.
_CHANGED = "ON CONFLICT DO UPDATE SET value = excluded.value WHERE value <> excluded.value"
_POSITION = "INSERT INTO position VALUES(?, ?, ?) " + _CHANGED
_REPLAY = (
    "INSERT INTO replay(job, id, content) VALUES(?, (SELECT coalesce(max(id), 0) + 1 FROM replay WHERE job = ?), ?)"
)
_STATE = "INSERT INTO state VALUES(?, ?) " + _CHANGED


def write_transaction(database: sqlite3.Connection, transaction: Transaction) -> int:
    """Execute every statement; the caller begins, commits and rolls back. Returns the bytes of content written."""
    written = _write_values(database, transaction)
    written += sum(_write_segment(database, segment) for segment in transaction.segments)
    for redating in transaction.redatings:
        database.execute(
            "UPDATE segment SET created_us = coalesce(? - created_us, 0) WHERE created_us < 0", (redating.offset_us,)
        )
    for rejection in transaction.rejections:
        _write_dead(database, _rejected(database, rejection))
    for stream, sequence in transaction.cursors.items():
        _move_cursor(database, stream, sequence)
    for rolled in transaction.rolls:
        _write_roll(database, rolled)
    database.executemany(
        "INSERT OR REPLACE INTO change(actor, seq, hash, lamport, raw) VALUES(?, ?, ?, ?, ?)",
        map(_change_row, transaction.changes),
    )
    _write_dead(database, transaction.dead)
    database.executemany("DELETE FROM dead WHERE id = ?", ((number,) for number in transaction.replayed))
    database.executemany(
        "INSERT INTO ledger(job, version, stream, fate, count) VALUES(?, ?, ?, ?, ?)"
        " ON CONFLICT DO UPDATE SET count = count + excluded.count",
        ((entry.job, entry.version, entry.stream, entry.fate, entry.count) for entry in transaction.ledger),
    )
    if any(entry.count < 0 for entry in transaction.ledger):
        database.execute("DELETE FROM ledger WHERE count = 0")
    for drop in transaction.drops:
        _write_drop(database, drop)
    _write_slots(database, transaction)
    database.executemany(
        "INSERT OR REPLACE INTO wear(day, written, delivered) VALUES(?, ?, ?)",
        ((day.day, day.written, day.delivered) for day in transaction.wear.values()),
    )
    written += sum(write_lineage(database, lineage) for lineage in transaction.lineage)
    return (
        written
        + sum(len(change.raw) for change in transaction.changes)
        + sum(len(change.raw) for rolled in transaction.rolls for change in rolled.changes)
        + sum(len(dead.letter.raw) for dead in transaction.dead)
        + sum(len(envelope) for envelope in transaction.envelopes.values())
    )


def _write_roll(database: sqlite3.Connection, rolled: Rolled) -> None:
    """The twin's new epoch in place of the old one; what left it goes to the archive, the oldest there for good."""
    database.execute("DELETE FROM change")
    database.executemany(
        "INSERT INTO change(actor, seq, hash, lamport, raw) VALUES(?, ?, ?, ?, ?)", map(_change_row, rolled.changes)
    )
    epoch = rolled.epoch
    database.execute("DELETE FROM twin_epoch")
    database.execute(
        "INSERT INTO twin_epoch(number, root, length, past) VALUES(?, ?, ?, ?)",
        (epoch.number, epoch.root, epoch.length, msgspec.msgpack.encode(epoch.past)),
    )
    database.executemany("INSERT INTO archive(section, key, text) VALUES(?, ?, ?)", rolled.left)
    database.execute("DELETE FROM archive WHERE id <= (SELECT max(id) FROM archive) - ?", (ARCHIVED,))


def _change_row(change: Change) -> tuple[bytes, int, bytes, int, bytes]:
    return change.actor, change.seq, change.hash, change.lamport, change.raw


def _write_values(database: sqlite3.Connection, transaction: Transaction) -> int:
    """Positions, states (None deletes), and what came after a state."""
    written = 0
    for key, position in transaction.positions.items():
        if position is None:
            database.execute("DELETE FROM position WHERE job = ? AND partition = ?", (key.job, key.partition))
        else:
            database.execute(_POSITION, (key.job, key.partition, position))
            written += len(position)
    for job, state in transaction.states.items():
        database.execute("DELETE FROM replay WHERE job = ?", (job,))
        if state is None:
            database.execute("DELETE FROM state WHERE job = ?", (job,))
        else:
            packed = isal_zlib.compress(state, _COMPRESSION)
            database.execute(_STATE, (job, packed))
            written += len(packed)
    for job, inputs in transaction.replays.items():
        for content in inputs:
            packed = isal_zlib.compress(content, _COMPRESSION)
            database.execute(_REPLAY, (job, job, packed))
            written += len(packed)
    return written


def _write_segment(database: sqlite3.Connection, segment: Segment) -> int:
    stream = segment.stream
    data = isal_zlib.compress(segment.data, _COMPRESSION)
    database.execute(
        "INSERT INTO segment"
        "(job, output, sink, sequence, version, count, size, priority, created_us, subject, run, first, crc, data)"
        " VALUES(?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
        (
            *(stream.job, stream.output, stream.sink, segment.sequence),
            *(segment.version, segment.count, len(segment.data), segment.priority.value),
            *(segment.created_us, segment.subject, segment.run, segment.first, isal_zlib.crc32(data), data),
        ),
    )
    return len(data)


def merge_segments(database: sqlite3.Connection, stream: StreamId, first: int, last: int) -> SegmentInfo | None:
    """One segment in the place of those from `first` to `last`; the caller begins, commits and rolls back.

    None if one of them is damaged: it stays, with its neighbours, and is found out when its turn comes.
    """
    place = (stream.job, stream.output, stream.sink, first, last)
    sequences = database.execute(
        "SELECT sequence FROM segment WHERE job = ? AND output = ? AND sink = ? AND sequence BETWEEN ? AND ?"
        " ORDER BY sequence",
        place,
    ).fetchall()
    try:
        segments = [read_segment(database, stream, sequence) for (sequence,) in sequences]
    except DamagedSegment:
        return None
    merged = joined([segment for segment in segments if segment is not None])
    database.execute(
        "DELETE FROM segment WHERE job = ? AND output = ? AND sink = ? AND sequence BETWEEN ? AND ?", place
    )
    _write_segment(database, merged)
    return merged.info


def _rejected(database: sqlite3.Connection, rejection: Rejection) -> list[JobDeadLetter]:
    """The records as dead letters; of a damaged segment, one that says so: it must not stop the rest."""
    stream, sequence = rejection.stream, rejection.sequence
    try:
        segment = read_segment(database, stream, sequence)
    except DamagedSegment as error:
        problem = error.problems[0]
        letter = DeadLetter(b"", stream.output, f"{problem.what}: {problem.found}", stream.sink, sequence)
        return [JobDeadLetter(stream.job, error.version, rejection.at_us, letter)]
    return rejection.letters(segment) if segment else []


def _move_cursor(database: sqlite3.Connection, stream: StreamId, sequence: int) -> None:
    place = (stream.job, stream.output, stream.sink, sequence)
    database.execute("INSERT OR REPLACE INTO cursor(job, output, sink, sequence) VALUES(?, ?, ?, ?)", place)
    database.execute("DELETE FROM segment WHERE job = ? AND output = ? AND sink = ? AND sequence <= ?", place)


def _write_drop(database: sqlite3.Connection, drop: Drop) -> None:
    """Let the row grow that it continues, else add one."""
    stream = drop.stream
    grown = database.execute(
        "UPDATE dropped SET last = ?, count = count + ?, at_us = ?"
        " WHERE job = ? AND output = ? AND sink = ? AND version = ? AND reason = ? AND last = ?",
        (
            *(drop.last, drop.count, drop.at_us),
            *(stream.job, stream.output, stream.sink, drop.version, drop.reason, drop.first - 1),
        ),
    )
    if not grown.rowcount:
        database.execute(
            "INSERT INTO dropped(job, output, sink, first, last, version, count, reason, at_us)"
            " VALUES(?, ?, ?, ?, ?, ?, ?, ?, ?)",
            (
                *(stream.job, stream.output, stream.sink, drop.first, drop.last),
                *(drop.version, drop.count, drop.reason, drop.at_us),
            ),
        )


def _write_dead(database: sqlite3.Connection, letters: list[JobDeadLetter]) -> None:
    database.executemany(
        "INSERT INTO dead(job, version, at_us, step, field, reason, partition, position, raw)"
        " VALUES(?, ?, ?, ?, ?, ?, ?, ?, ?)",
        (
            (
                *(dead.job, dead.version, dead.at_us, dead.letter.step, dead.letter.field, dead.letter.reason),
                *(dead.letter.partition, dead.letter.position, dead.letter.raw),
            )
            for dead in letters
        ),
    )


def _write_slots(database: sqlite3.Connection, transaction: Transaction) -> None:
    """Slots and envelopes; an envelope that no slot names any more goes."""
    if not (transaction.slots or transaction.removed_slots or transaction.envelopes):
        return
    for job, name in transaction.removed_slots:
        database.execute("DELETE FROM slot WHERE job = ? AND slot = ?", (job, name.value))
    database.executemany(
        "INSERT OR REPLACE INTO slot(job, slot, version, digest, generation) VALUES(?, ?, ?, ?, ?)",
        ((slot.job, slot.slot.value, slot.version, slot.digest, slot.generation) for slot in transaction.slots),
    )
    database.executemany("INSERT OR REPLACE INTO envelope(digest, data) VALUES(?, ?)", transaction.envelopes.items())
    database.execute("DELETE FROM envelope WHERE digest NOT IN (SELECT digest FROM slot)")
