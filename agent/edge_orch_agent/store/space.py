"""Space in the file: free pages given back, which SQLite reuses but does not return by itself; the log kept short."""

from __future__ import annotations

import contextlib
import sqlite3

_WORTH_PAGES = 256
"""1 MiB: less is not worth the writing."""
_STEP_PAGES = 1024
"""4 MiB a commit: moving that many pages takes well under a second, even on an SD card."""


def give_back(database: sqlite3.Connection, *, all_of_it: bool = False) -> None:
    """Shrink the file once half of it is free, a step at a time; an empty outbox or `all_of_it`: in one go.

    In steady state pages are reused and nothing is moved: every move wears the card. Failing harms nothing.
    """
    free = database.execute("PRAGMA freelist_count").fetchone()[0]
    pages = database.execute("PRAGMA page_count").fetchone()[0]
    if not all_of_it and (free < _WORTH_PAGES or free * 2 < pages):
        return
    drained = database.execute("SELECT NOT EXISTS(SELECT 1 FROM segment)").fetchone()[0]
    step = free if all_of_it or drained else max(_STEP_PAGES, free // 4)
    with contextlib.suppress(sqlite3.Error):
        database.executescript(f"PRAGMA incremental_vacuum({step})")  # `execute` would stop after one page
        if step >= free:
            shorten_log(database)


def shorten_log(database: sqlite3.Connection) -> None:
    """Carry the whole log over into the file and empty it. Raises `sqlite3.Error` where the file cannot grow."""
    database.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchall()
