"""SQLite's errors in words a person can act on."""

from __future__ import annotations

import shutil
import sqlite3
from pathlib import Path

from edge_orch.errors import Problem, StorageError
from edge_orch_agent.store.port import DiskFull, StoreLost

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

_NO_ROOM = 64 << 10
"""Bytes: what the log's index and a page or two need."""


def primary_code(error: sqlite3.Error) -> int:
    """SQLite's primary result code, without the extension in its upper bits; 1 (SQLITE_ERROR) where it is not known."""
    return getattr(error, "sqlite_errorcode", sqlite3.SQLITE_ERROR) & 0xFF


def is_damage(error: BaseException) -> bool:
    """Whether it says that the file's content is not to be trusted. SQLite's own words about it may be undecodable."""
    return isinstance(error, UnicodeDecodeError) or (
        isinstance(error, sqlite3.Error) and primary_code(error) in DAMAGED
    )


def storage_error(error: sqlite3.Error, path: Path, action: str) -> StorageError:
    """`action` (such as `cannot write`) on `path`: the cause and the next step."""
    full = _for_want_of_room(error, path)
    code = sqlite3.SQLITE_FULL if full else primary_code(error)
    cause, next_step = _CAUSES.get(code, (str(error), "see the cause above"))
    kind = DiskFull if full else StoreLost if code in DAMAGED else StorageError
    return kind(Problem(f"{action} {path}: {cause}", found=str(error), next_step=next_step))


def _for_want_of_room(error: sqlite3.Error, path: Path) -> bool:
    """Whether more room would have helped. Where syncing or the log's index fails for it, SQLite says `I/O error`."""
    code = primary_code(error)
    if code not in (sqlite3.SQLITE_IOERR, sqlite3.SQLITE_CANTOPEN):
        return code == sqlite3.SQLITE_FULL
    try:
        return shutil.disk_usage(path.parent).free < _NO_ROOM
    except OSError:
        return False
