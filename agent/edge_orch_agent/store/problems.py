"""SQLite's errors in words a person can act on."""

from __future__ import annotations

import sqlite3
from pathlib import Path

from edge_orch.errors import Problem, StorageError

DAMAGED = {sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB}
"""Primary result codes of a file whose content is not to be trusted any more."""

_CAUSES = {
    sqlite3.SQLITE_FULL: ("the disk is full", "free some space; work goes on by itself then"),
    sqlite3.SQLITE_READONLY: ("the folder or the file is read-only", "make both writable for the agent's user"),
    sqlite3.SQLITE_CANTOPEN: (
        "the file cannot be opened",
        "check that the folder exists and the agent may write there",
    ),
    sqlite3.SQLITE_PERM: ("access is denied", "make the folder and the file writable for the agent's user"),
    sqlite3.SQLITE_BUSY: ("another process uses the file", "stop the other agent that runs on this folder"),
    sqlite3.SQLITE_IOERR: ("the disk reports an error", "check the disk or the SD card; `dmesg` may say more"),
    sqlite3.SQLITE_CORRUPT: ("the file is damaged", "restart the agent: it sets the file aside and goes on"),
    sqlite3.SQLITE_NOTADB: ("the file is not a database", "restart the agent: it sets the file aside and goes on"),
}


def primary_code(error: sqlite3.Error) -> int:
    """SQLite's primary result code, without the extension in its upper bits; 1 (SQLITE_ERROR) where it is not known."""
    return getattr(error, "sqlite_errorcode", sqlite3.SQLITE_ERROR) & 0xFF


def storage_error(error: sqlite3.Error, path: Path, action: str) -> StorageError:
    """`action` (such as `cannot write`) on `path`: the cause and the next step."""
    cause, next_step = _CAUSES.get(primary_code(error), (str(error), "see the cause above"))
    return StorageError(Problem(f"{action} {path}: {cause}", found=str(error), next_step=next_step))
