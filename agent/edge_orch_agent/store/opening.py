"""Opening an agent's database: checked, migrated; a file that cannot be used is set aside, and what it holds saved."""

from __future__ import annotations

import os
import sqlite3
from contextlib import closing
from pathlib import Path

import msgspec

from edge_orch.errors import Problem, StorageError
from edge_orch_agent.store.aside import Flaw, free_name, set_aside, thin_out
from edge_orch_agent.store.log_check import LOG_HEADER, Condition, check_log
from edge_orch_agent.store.presence import PARTS, copy_open
from edge_orch_agent.store.problems import is_damage, storage_error
from edge_orch_agent.store.salvage import salvage
from edge_orch_agent.store.schema import APPLICATION_ID, MIGRATIONS, migrate
from edge_orch_agent.store.space import mark, page_bytes, shorten_log

_BUSY_SECONDS = 5.0
_PAGE_BYTES = 1024
"""A commit of a second's work changes a few rows in each of a dozen pages, and writes every one of them whole: small
pages are what makes it cheap. Files of older versions keep their 4096."""
LOG_BYTES = 2 << 20
"""Up to here the write-ahead log grows before it is carried over into the file. What it holds needs room twice, so it
must stay well below the ballast; the smaller it is, the more often pages are written that change all the time."""


class Opened(msgspec.Struct, frozen=True):
    """A sound database. `aside`: where the file is now that stood there before; `report`: what was wrong, in words.

    `deleted`: which files that were set aside earlier were too many.
    """

    database: sqlite3.Connection
    aside: Path | None = None
    report: str = ""
    deleted: tuple[str, ...] = ()


class _Mended(msgspec.Struct, frozen=True):
    """Of a log: where it is as it was before it was put right, and what was wrong, in words; empty if it was whole."""

    aside: Path | None = None
    report: str = ""


class _Unusable(Exception):
    def __init__(self, flaw: Flaw, reason: str) -> None:
        super().__init__(reason)
        self.flaw = flaw


def open_database(path: Path, now_us: int) -> Opened:
    """The database at `path`, made if need be. Raises `StorageError` for a folder or file that cannot be opened."""
    try:
        rebuilt = _rebuilt(path)
        if rebuilt.exists() and not path.exists():
            rebuilt.rename(path)  # the power went between the two renames of `_replace`
        _make_way(path, now_us)
        missed, damaged_log = _missing(path), _mend_log(path, now_us)
        try:
            opened = Opened(_open(path))
        except _Unusable as unusable:
            opened = _replace(path, unusable, now_us)
        if _is_empty(_log(path)):
            mark(path).unlink(missing_ok=True)
        deleted = (*thin_out(path, opened.aside), *thin_out(_log(path), damaged_log.aside))
        told = f"of what was set aside earlier, {', '.join(deleted)} had to go" if deleted else ""
        report = "; ".join(filter(None, [missed, damaged_log.report, opened.report, told]))
        return msgspec.structs.replace(opened, report=report, deleted=deleted)
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


def close_database(database: sqlite3.Connection, path: Path) -> None:
    """Close it for good: nothing of it is needed but the file itself."""
    database.close()
    mark(path).unlink(missing_ok=True)


def replace_damaged(path: Path, now_us: int, reason: str) -> Opened:
    """What `open_database` does with a damaged file, for damage that shows only when rows are read. Close it before."""
    return _replace(path, _Unusable(Flaw.DAMAGED, reason), now_us)


def rescue_open(database: sqlite3.Connection, path: Path, now_us: int) -> str:
    """Put what an open database holds, whose files were removed or replaced, back in its place, and close it.

    What stands there meanwhile is set aside; returns where, or nothing. Raises `sqlite3.Error`, or `OSError`; the
    database is then still open.
    """
    copy_open(database, _rebuilt(path))
    told = ""
    if path.exists():
        told = f", what stood there is set aside as {set_aside(path, Flaw.REPLACED, now_us).name}"
    close_database(database, path)  # SQLite removes its log, by its name
    _rebuilt(path).rename(path)
    return told


def _log(path: Path) -> Path:
    return path.with_name(path.name + "-wal")


def _make_way(path: Path, now_us: int) -> None:
    """A folder or a named pipe in the place of a file goes aside.

    A link that leads nowhere does not: it may be a disk that is not there yet.
    """
    for ending in PARTS:
        part = path.with_name(path.name + ending)
        if part.exists() and not part.is_file():
            part.rename(free_name(part, Flaw.FOREIGN, now_us))


def _missing(path: Path) -> str:
    """What should be there and is not."""
    if not path.exists() or not path.stat().st_size:
        how = "empty" if path.exists() else "missing"
        before = path.with_suffix(".ballast").exists() or mark(path).exists()
        return f"{path.name} is {how}, and all that it held is lost; begun anew" if before else ""
    if mark(path).exists() and _is_empty(_log(path)):
        how = "empty" if _log(path).exists() else "missing"
        return f"{_log(path).name} is {how}, and with it all is lost that was committed after the last checkpoint"
    return ""


def _is_empty(log: Path) -> bool:
    return not log.exists() or log.stat().st_size <= LOG_HEADER


def _mend_log(path: Path, now_us: int) -> _Mended:
    """Put right what can be put right of the log, before SQLite reads it."""
    log = _log(path)
    if not log.exists():
        return _Mended()
    found = log.read_bytes()
    checked = check_log(found)
    if checked.condition is Condition.WHOLE:
        return _Mended()
    aside = free_name(log, Flaw.DAMAGED, now_us)
    aside.touch(mode=0o600)
    aside.write_bytes(found)
    if checked.data != found:
        fresh = log.with_name(log.name + ".mended")
        fresh.touch(mode=0o600)
        with fresh.open("wb") as file:
            file.write(checked.data)
            file.flush()
            os.fsync(file.fileno())
        fresh.replace(log)
    return _Mended(aside, f"the database's log was damaged, see {aside.name}: {checked.condition.value}")


def _rebuilt(path: Path) -> Path:
    return path.with_name(path.name + ".rebuilt")


def _open(path: Path) -> sqlite3.Connection:
    """Raises `_Unusable` and leaves the file as it is."""
    # Made here and not by SQLite, so that nobody else can read what the device has seen.
    path.touch(mode=0o600, exist_ok=True)
    database = sqlite3.connect(path, timeout=_BUSY_SECONDS, isolation_level=None, check_same_thread=False)
    # A flipped bit in a text must not stop the reading of all others.
    database.text_factory = _text
    try:
        version = _check(database)
        # These two have an effect on a file without tables only.
        database.execute(f"PRAGMA page_size = {_PAGE_BYTES}")
        database.execute("PRAGMA auto_vacuum = INCREMENTAL")
        database.execute("PRAGMA journal_mode = WAL")
        database.execute("PRAGMA secure_delete = OFF")  # zeroing what is deleted would double what is written
        database.execute(f"PRAGMA wal_autocheckpoint = {LOG_BYTES // page_bytes(database)}")
        database.execute(f"PRAGMA journal_size_limit = {LOG_BYTES}")
        database.execute("PRAGMA synchronous = FULL")
        _migrate(database, version)
        _check_tables(database)
    except BaseException as error:
        database.close()
        if is_damage(error):
            raise _Unusable(Flaw.DAMAGED, str(error)) from error
        raise
    return database


def _text(data: bytes) -> str:
    return data.decode(errors="replace")


def _check(database: sqlite3.Connection) -> int:
    """The version of its schema, 0 for an empty file. Raises `_Unusable`."""
    findings = database.execute("PRAGMA quick_check(1)").fetchone()[0]
    if findings != "ok":
        raise _Unusable(Flaw.DAMAGED, " ".join(findings.split()))
    application = database.execute("PRAGMA application_id").fetchone()[0]
    version: int = database.execute("PRAGMA user_version").fetchone()[0]
    tables = database.execute("SELECT count(*) FROM sqlite_schema").fetchone()[0]
    if application != APPLICATION_ID and tables:
        raise _Unusable(Flaw.FOREIGN, "a database of another program")
    if version > len(MIGRATIONS):
        raise _Unusable(Flaw.NEWER, f"schema {version}, this version of the agent knows {len(MIGRATIONS)}")
    return version


def _migrate(database: sqlite3.Connection, version: int) -> None:
    """Bring the schema up to this version, in one transaction."""
    if version == len(MIGRATIONS):
        return
    database.execute("BEGIN IMMEDIATE")
    migrate(database, version)
    database.execute(f"PRAGMA application_id = {APPLICATION_ID}")
    database.execute(f"PRAGMA user_version = {len(MIGRATIONS)}")
    database.execute("COMMIT")
    shorten_log(database)  # a file without tables would be taken for a fresh one if its log were lost


def _check_tables(database: sqlite3.Connection) -> None:
    """Raises `_Unusable` where a bit has flipped in the text that says what the tables are."""
    with closing(sqlite3.connect(":memory:", isolation_level=None)) as sound:
        migrate(sound, 0)
        if _tables(database) != _tables(sound):
            raise _Unusable(Flaw.DAMAGED, "the description of its tables is not ours")


def _tables(database: sqlite3.Connection) -> list[tuple[str, str]]:
    # The tables that SQLite itself adds may stand in either.
    return database.execute(
        "SELECT name, sql FROM sqlite_schema WHERE sql IS NOT NULL AND name NOT LIKE 'sqlite%' ORDER BY name"
    ).fetchall()


def _replace(path: Path, unusable: _Unusable, now_us: int) -> Opened:
    """Rebuild the database beside the unusable one from what can be read of it, then let them change places.

    At no moment is there less on the disk than before. Sequences go on far behind all that were ever given, for the
    newest may be among what is lost, and no idempotency key may come back with other records.
    """
    rebuilt = _rebuilt(path)
    rebuilt.unlink(missing_ok=True)
    database = _open(rebuilt)
    try:
        saved = salvage(path, database, first_sequence=max(now_us, 1)) if unusable.flaw is not Flaw.FOREIGN else ""
    finally:
        database.close()
    aside = set_aside(path, unusable.flaw, now_us)
    rebuilt.rename(path)
    report = f"the database was {unusable.flaw} ({unusable}) and is set aside as {aside.name}; {saved or 'begun anew'}"
    return Opened(_open(path), aside, report)
