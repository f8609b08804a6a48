"""Salvage: what can still be read of a damaged database, row by row, into a sound one."""

from __future__ import annotations

import contextlib
import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Any

from edge_orch_agent.store.descriptions import described, read_only

_KEYS = {
    "position": "job, partition",
    "state": "job",
    "segment": "id",
    "cursor": "job, output, sink",
    "dead": "id",
    "ledger": "job, version, stream, fate",
    "dropped": "job, output, sink, first",
    "slot": "job, slot",
    "envelope": "rowid",
    "maker": "id",
    "lineage": "id",
    "change": "actor, seq",
    "wear": "day",
    "replay": "job, id",
    "twin_epoch": "rowid",
    "archive": "id",
}
_MAGIC = b"SQLite format 3\0"
_LARGEST = 1 << 36
"""Bytes: what a header names beyond this, damage has written there."""


def salvage(damaged: Path, database: sqlite3.Connection, first_sequence: int) -> str:
    """Copy every readable row in one transaction; returns what was saved and what was not, in words.

    A table is read from its beginning up to the damage and from its end back to it. What lies between is lost; a
    segment whose bytes have changed is found out by its checksum when its turn comes.
    """
    saved: dict[str, int] = {}
    torn: list[str] = []
    database.execute("BEGIN IMMEDIATE")
    database.execute("INSERT INTO epoch(first_sequence) VALUES(?)", (first_sequence,))
    try:
        _lengthen(damaged)
        with described(damaged) as file, closing(read_only(file)) as source:
            for table, key in _KEYS.items():
                if not _copy(source, database, table, key):
                    torn.append(table)
                saved[table] = database.execute(f"SELECT count(*) FROM {table}").fetchone()[0]  # noqa: S608
    except (sqlite3.Error, UnicodeDecodeError):  # not even the first page can be read
        torn = list(_KEYS)
    database.execute("COMMIT")
    kept = ", ".join(f"{number} {table}" for table, number in saved.items() if number)
    return f"saved: {kept or 'nothing'}; incomplete: {', '.join(torn) or 'nothing'}"


def _lengthen(damaged: Path) -> None:
    """A file that was cut off gets back the length that its header names: SQLite does not read a shorter one at all.

    What is added holds nothing and takes no room.
    """
    with damaged.open("r+b") as file:
        header = file.read(100)
        pages, page = int.from_bytes(header[28:32], "big"), int.from_bytes(header[16:18], "big")
        if header.startswith(_MAGIC) and damaged.stat().st_size < pages * page <= _LARGEST:
            file.truncate(pages * page)


def _copy(source: sqlite3.Connection, database: sqlite3.Connection, table: str, key: str) -> bool:
    """Whether the whole table could be read."""
    columns = _columns(database, table)
    with contextlib.suppress(sqlite3.DatabaseError, UnicodeDecodeError):
        there = _columns(source, table)  # an older version may have written it
        columns = [column for column in columns if column in there or not there]
    names, places = ", ".join(columns), ", ".join("?" * len(columns))
    insert = f"INSERT OR IGNORE INTO {table}({names}) VALUES({places})"
    for way in ("ASC", "DESC"):
        order = ", ".join(f"{part} {way}" for part in key.split(", "))
        with contextlib.suppress(sqlite3.DatabaseError, UnicodeDecodeError):
            for row in source.execute(f"SELECT {names} FROM {table} ORDER BY {order}"):  # noqa: S608 -- own names
                _insert(database, insert, row)
            return True
    return False


def _columns(database: sqlite3.Connection, table: str) -> list[str]:
    return [row[1] for row in database.execute(f"PRAGMA table_info({table})")]


def _insert(database: sqlite3.Connection, insert: str, row: tuple[Any, ...]) -> None:
    """A row that the damage has made senseless is left out."""
    with contextlib.suppress(sqlite3.IntegrityError):
        database.execute(insert, row)
