"""The descriptions of a database's tables, where a bit has flipped in one: then SQLite refuses to read any table."""

from __future__ import annotations

import shutil
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from pathlib import Path

from edge_orch_agent.store.presence import PARTS
from edge_orch_agent.store.schema import migrate

_PLACES = "SELECT rowid FROM sqlite_schema"
_ROWS = "SELECT type, name, tbl_name, sql, rowid FROM sqlite_schema"
_DESCRIBE = "UPDATE sqlite_schema SET type = ?, name = ?, tbl_name = ?, sql = ? WHERE rowid = ?"


def read_only(path: Path) -> sqlite3.Connection:
    """For reading what can be read: a description that cannot be only hides its own table."""
    database = sqlite3.connect(f"{path.absolute().as_uri()}?mode=ro", uri=True)
    database.execute("PRAGMA writable_schema = ON")
    return database


@contextmanager
def described(damaged: Path) -> Iterator[Path]:
    """The file itself, or, where its descriptions are not all ours, a copy that has ours; the copy is gone afterwards.

    The file stays as it is. Where there is no room for a copy, it is the file, after all.
    """
    copy = damaged.with_name(damaged.name + ".described")
    try:
        yield copy if _copied(damaged, copy) else damaged
    finally:
        for part in (*PARTS, "-journal"):
            copy.with_name(copy.name + part).unlink(missing_ok=True)


def _copied(damaged: Path, copy: Path) -> bool:
    """Whether a copy with sound descriptions was needed and could be made."""
    with suppress(sqlite3.Error, UnicodeDecodeError, OSError):
        with closing(sqlite3.connect(":memory:")) as sound, closing(read_only(damaged)) as source:
            migrate(sound, 0, source.execute("PRAGMA user_version").fetchone()[0])
            ours = sound.execute(_ROWS).fetchall()
            if {row[-1:] for row in ours} != set(source.execute(_PLACES)):
                return False
            with suppress(UnicodeDecodeError):
                if set(ours) == set(source.execute(_ROWS)):
                    return False
        for part in PARTS[:2]:
            with suppress(FileNotFoundError):
                shutil.copyfile(damaged.with_name(damaged.name + part), copy.with_name(copy.name + part))
        with closing(sqlite3.connect(copy)) as database:
            database.execute("PRAGMA writable_schema = ON")
            database.executemany(_DESCRIBE, ours)
            database.commit()
        return True
    return False
