"""The store in one SQLite file, through the standard library's `sqlite3`."""

from __future__ import annotations

import sqlite3
from pathlib import Path
from threading import Lock

from edge_orch_agent.core.transaction import Segment, StoredState, StreamId, Transaction
from edge_orch_agent.store.opening import open_database
from edge_orch_agent.store.problems import storage_error
from edge_orch_agent.store.reading import DamagedSegment, read_segment, read_state
from edge_orch_agent.store.writing import write_transaction


class SqliteStore:
    """A `Store` that survives the loss of power: WAL, and every commit synced (`synchronous=FULL`).

    A damaged file is set aside under a name with the time (`now_us`: wall clock, microseconds) and work goes on with a
    fresh one; `set_aside` then says where it is. Raises `StorageError` for a folder that cannot be used, a database of
    another program, or one that a newer version wrote. May be called from any thread; calls wait for each other.
    """

    def __init__(self, path: Path | str, now_us: int = 0) -> None:
        self._path = Path(path)
        self._lock = Lock()
        self._database, self.set_aside = open_database(self._path, now_us)

    def load(self) -> StoredState:
        """Everything that was committed."""
        with self._lock:
            try:
                return read_state(self._database)
            except sqlite3.Error as error:
                raise storage_error(error, self._path, "cannot read") from error

    def commit(self, transaction: Transaction) -> int:
        """Apply the whole transaction durably or change nothing; returns the bytes handed to SQLite."""
        with self._lock:
            try:
                self._database.execute("BEGIN IMMEDIATE")
                try:
                    written = write_transaction(self._database, transaction)
                    self._database.execute("COMMIT")
                except BaseException:
                    # SQLite rolls some failures back by itself (a full disk, an I/O error): then there is nothing left.
                    if self._database.in_transaction:
                        self._database.execute("ROLLBACK")
                    raise
            except sqlite3.Error as error:
                raise storage_error(error, self._path, "cannot write") from error
            return written

    def segment(self, stream: StreamId, sequence: int) -> Segment | None:
        """One undelivered segment with its data, or None when it is gone or damaged."""
        with self._lock:
            try:
                return read_segment(self._database, stream, sequence)
            except DamagedSegment:
                return None
            except sqlite3.Error as error:
                raise storage_error(error, self._path, "cannot read") from error

    def close(self) -> None:
        """Release the file. Committed state stays."""
        with self._lock:
            self._database.close()
