"""Opening an agent's database: checked, migrated, and with a damaged file set aside."""

from __future__ import annotations

import sqlite3
from itertools import count
from pathlib import Path

from edge_orch.errors import Problem, StorageError
from edge_orch.time import format_timestamp
from edge_orch_agent.store.problems import DAMAGED, primary_code, storage_error
from edge_orch_agent.store.schema import APPLICATION_ID, MIGRATIONS

_BUSY_SECONDS = 5.0
_PAGE_BYTES = 4096
LOG_BYTES = 2 << 20
"""Up to here the write-ahead log grows before it is carried over into the file. What it holds needs room twice, so it
must stay well below the ballast; the smaller it is, the more often pages are written that change all the time."""


def open_database(path: Path, now_us: int) -> tuple[sqlite3.Connection, Path | None]:
    """A connection to a sound database, and where the damaged file that stood there before has been put, if one did."""
    try:
        try:
            return _open(path), None
        except sqlite3.DatabaseError as error:
            if primary_code(error) not in DAMAGED:
                raise
            aside = _set_aside(path, now_us)
            return _open(path), aside
    except sqlite3.Error as error:
        raise storage_error(error, path, "cannot open") from error
    except OSError as error:
        raise StorageError(
            Problem(
                f"cannot open {path}: {error.strerror}",
                expected="a file in a folder that the agent may write to",
                next_step="create the folder, or give another with --data",
            )
        ) from error


def _open(path: Path) -> sqlite3.Connection:
    # Made here and not by SQLite, so that nobody else can read what the device has seen.
    path.touch(mode=0o600, exist_ok=True)
    database = sqlite3.connect(path, timeout=_BUSY_SECONDS, isolation_level=None, check_same_thread=False)
    try:
        findings = database.execute("PRAGMA quick_check(1)").fetchone()[0]
        if findings != "ok":
            damage = sqlite3.DatabaseError(findings)
            damage.sqlite_errorcode = sqlite3.SQLITE_CORRUPT
            raise damage
        database.execute("PRAGMA auto_vacuum = INCREMENTAL")  # has an effect on a file without tables only
        database.execute("PRAGMA journal_mode = WAL")
        database.execute("PRAGMA secure_delete = OFF")  # zeroing what is deleted would double what is written
        database.execute(f"PRAGMA wal_autocheckpoint = {LOG_BYTES // _PAGE_BYTES}")
        database.execute(f"PRAGMA journal_size_limit = {LOG_BYTES}")
        database.execute("PRAGMA synchronous = FULL")
        _migrate(database, path)
    except BaseException:
        database.close()
        raise
    return database


def _migrate(database: sqlite3.Connection, path: Path) -> None:
    """Bring the schema up to this version, in one transaction."""
    application = database.execute("PRAGMA application_id").fetchone()[0]
    version = database.execute("PRAGMA user_version").fetchone()[0]
    tables = database.execute("SELECT count(*) FROM sqlite_schema").fetchone()[0]
    if application != APPLICATION_ID and tables:
        raise StorageError(
            Problem(
                f"{path} is a database of another program",
                expected="a new file, or one that an agent made",
                next_step="give another data folder; the file has not been changed",
            )
        )
    if version > len(MIGRATIONS):
        raise StorageError(
            Problem(
                f"{path} was written by a newer version of the agent",
                expected=f"schema {len(MIGRATIONS)} or older",
                found=f"schema {version}",
                next_step="upgrade the agent; the file has not been changed",
            )
        )
    if version == len(MIGRATIONS):
        return
    database.execute("BEGIN IMMEDIATE")
    for migration in MIGRATIONS[version:]:
        for statement in migration.split(";"):
            database.execute(statement)
    database.execute(f"PRAGMA application_id = {APPLICATION_ID}")
    database.execute(f"PRAGMA user_version = {len(MIGRATIONS)}")
    database.execute("COMMIT")


def _set_aside(path: Path, now_us: int) -> Path:
    """Rename the file, and with it the log that belongs to it, so that SQLite cannot replay it into a fresh one."""
    stamp = format_timestamp(now_us // 1_000_000 * 1_000_000).replace(":", "").replace("-", "")
    suffixes = (f"-{number}" if number else "" for number in count())
    names = (path.with_name(f"{path.name}.damaged-{stamp}{suffix}") for suffix in suffixes)
    aside = next(name for name in names if not name.exists())
    for ending in ("-wal", "-shm", ""):
        part = path.with_name(path.name + ending)
        if part.exists():
            part.rename(aside.with_name(aside.name + ending))
    return aside
