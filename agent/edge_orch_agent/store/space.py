"""Space in the file: free pages given back, which SQLite reuses but does not return by itself; the log kept short.

`agent.open` stands beside a database while its log holds commits: a log that is empty then has lost them.
"""

from __future__ import annotations

import contextlib
import sqlite3
from pathlib import Path

_WORTH_BYTES = 1 << 20
"""Less is not worth the writing."""
_MUCH_BYTES = 16 << 20
"""More than is on its way while every sink takes what it gets."""
_STEP_BYTES = 4 << 20
"""A commit: moving that much takes well under a second, even on an SD card."""


def give_back(database: sqlite3.Connection, *, all_of_it: bool = False) -> None:
    """Shrink the file once half of it is free, a step at a time; with an empty outbox, or `all_of_it`, in one go.

    An empty outbox with much free is the end of a backlog, even if what else the file holds is more than that. In
    steady state pages are reused and nothing is moved: every move wears the card. Raises `sqlite3.Error` where there is
    no room for it, which harms nothing.
    """
    free = database.execute("PRAGMA freelist_count").fetchone()[0]
    pages = database.execute("PRAGMA page_count").fetchone()[0]
    size = page_bytes(database)
    half = free * size >= _WORTH_BYTES and free * 2 >= pages
    if not (half or all_of_it or free * size >= _MUCH_BYTES):
        return
    drained = database.execute("SELECT NOT EXISTS(SELECT 1 FROM segment)").fetchone()[0]
    if not (half or all_of_it or drained):
        return
    step = free if all_of_it or drained else max(_STEP_BYTES // size, free // 4)
    database.executescript(f"PRAGMA incremental_vacuum({step})")  # `execute` would stop after one page
    if step >= free:
        shorten_log(database)


def shorten_log(database: sqlite3.Connection) -> None:
    """Carry the whole log over into the file and empty it. Raises `sqlite3.Error` where the file cannot grow."""
    mark(Path(database.execute("PRAGMA database_list").fetchone()[2])).unlink(missing_ok=True)
    database.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchall()


def carry_over(database: sqlite3.Connection) -> None:
    """Have in the file what is in the log, as far as there is room: what is rare and must outlive a lost log."""
    with contextlib.suppress(sqlite3.Error):
        database.execute("PRAGMA wal_checkpoint(PASSIVE)").fetchall()


def mark(path: Path) -> Path:
    """The file that says that the log of the database at `path` holds commits."""
    return path.with_suffix(".open")


def mark_log(path: Path) -> None:
    """The log holds commits from now on. Where there is no room for the mark, a lost log will not be noticed."""
    with contextlib.suppress(OSError):
        if not mark(path).exists():
            mark(path).touch(mode=0o600)


def page_bytes(database: sqlite3.Connection) -> int:
    """How large the file's pages are; it was decided when the file was made."""
    size: int = database.execute("PRAGMA page_size").fetchone()[0]
    return size
