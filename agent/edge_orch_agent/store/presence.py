"""Whether the files of an open database still stand where it was opened, and how it gets new ones if they do not.

Linux lets files be removed or replaced while they are open: SQLite goes on writing to what nobody will find again.
"""

from __future__ import annotations

import sqlite3
from contextlib import closing, suppress
from pathlib import Path

PARTS = ("", "-wal", "-shm")


class Presence:
    """The files of a database that is open at `path`, by device and inode."""

    def __init__(self, path: Path) -> None:
        self._files = {part: _identity(part) for part in (path.with_name(path.name + ending) for ending in PARTS)}

    def missing(self) -> str:
        """The name of a file that is not there any more, or is another one; empty while all is well."""
        return next((file.name for file, known in self._files.items() if known and known != _identity(file)), "")


def copy_open(database: sqlite3.Connection, to: Path) -> None:
    """A file with all that the open database holds, synced. Raises `sqlite3.Error`; `to` is then not there."""
    draft = to.with_name(to.name + ".draft")
    draft.unlink(missing_ok=True)
    draft.touch(mode=0o600)
    try:
        with closing(sqlite3.connect(draft)) as copy:
            database.backup(copy)
        draft.replace(to)
    finally:
        for ending in (*PARTS, "-journal"):
            draft.with_name(draft.name + ending).unlink(missing_ok=True)


def _identity(file: Path) -> tuple[int, int] | None:
    with suppress(FileNotFoundError):
        status = file.stat()
        return status.st_dev, status.st_ino
    return None
