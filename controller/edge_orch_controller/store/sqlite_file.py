"""Opening the controller's SQLite file: ours or nobody's, at the newest schema, durable at each commit."""

from __future__ import annotations

import shutil
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from edge_orch.errors import Problem, StorageError
from edge_orch_controller.store.schema import APPLICATION_ID, MIGRATIONS

_NO_ROOM = 64 << 10
"""Bytes: what the log's index and a page or two need."""


def open_file(path: Path) -> sqlite3.Connection:
    """A connection in autocommit mode, usable from any one thread at a time. Raises `StorageError`."""
    with explained(path, "cannot open the controller's database"):
        connection = sqlite3.connect(path, isolation_level=None, check_same_thread=False, timeout=5)
    try:
        with explained(path, "cannot open the controller's database"):
            _refuse_foreign(connection, path)
            connection.execute("PRAGMA journal_mode = WAL")
            # FULL: what is answered as done has reached the disk, also when the power fails in that moment.
            connection.execute("PRAGMA synchronous = FULL")
            _migrate(connection, path)
    except BaseException:
        connection.close()
        raise
    return connection


@contextmanager
def explained(path: Path, what: str) -> Iterator[None]:
    """Turn SQLite's and the system's errors into a `StorageError` that says which file and what to do."""
    try:
        yield
    except (sqlite3.Error, OSError) as error:
        # Where there is no room for the log's index, SQLite says «disk I/O error».
        full = "full" in str(error) or ("I/O" in str(error) and shutil.disk_usage(path.parent).free < _NO_ROOM)
        next_step = "free some space" if full else "check that the folder exists, is writable and is not damaged"
        raise StorageError(Problem(f"{what}: {path}", found=str(error), next_step=next_step)) from error


@contextmanager
def transaction(connection: sqlite3.Connection, path: Path) -> Iterator[sqlite3.Connection]:
    """All or nothing. A write lock is taken at once, so that two controllers on one file take turns."""
    with explained(path, "cannot write the controller's database"):
        connection.execute("BEGIN IMMEDIATE")
        try:
            yield connection
            connection.execute("COMMIT")
        except BaseException:
            # SQLite itself may have rolled back already (disk full); a second ROLLBACK would hide the cause.
            if connection.in_transaction:
                connection.execute("ROLLBACK")
            raise


def _refuse_foreign(connection: sqlite3.Connection, path: Path) -> None:
    (application,) = connection.execute("PRAGMA application_id").fetchone()
    (tables,) = connection.execute("SELECT count(*) FROM sqlite_master").fetchone()
    if tables and application != APPLICATION_ID:
        raise StorageError(
            Problem(f"not a controller's database: {path}", next_step="choose another data folder: --data DIR")
        )


def _migrate(connection: sqlite3.Connection, path: Path) -> None:
    (at,) = connection.execute("PRAGMA user_version").fetchone()
    if at > len(MIGRATIONS):
        raise StorageError(
            Problem(
                f"the database is newer than this program: {path}",
                expected=f"schema {len(MIGRATIONS)} or older",
                found=f"schema {at}",
                next_step="upgrade edge-orch-controller",
            )
        )
    for number, script in enumerate(MIGRATIONS[at:], at + 1):
        # executescript runs as one transaction: a half-applied migration can never be left behind.
        connection.executescript(
            f"BEGIN IMMEDIATE; {script} "
            f"PRAGMA application_id = {APPLICATION_ID}; PRAGMA user_version = {number}; COMMIT;"
        )
