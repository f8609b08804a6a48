"""The store in one SQLite file, through the standard library's `sqlite3`."""

from __future__ import annotations

import contextlib
import sqlite3
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path
from threading import Lock
from typing import TypeVar

import msgspec

from edge_orch.errors import Problem, StorageError
from edge_orch.twin.facts import Section
from edge_orch_agent.core.dead_letters import KeptLetter
from edge_orch_agent.core.stored_state import StoredState
from edge_orch_agent.core.transaction import Segment, SegmentInfo, StreamId, Transaction
from edge_orch_agent.store.ballast import Ballast
from edge_orch_agent.store.opening import LOG_BYTES, Opened, close_database, open_database, replace_damaged, rescue_open
from edge_orch_agent.store.port import DiskFull, StoreLost
from edge_orch_agent.store.presence import Presence
from edge_orch_agent.store.problems import is_damage, storage_error
from edge_orch_agent.store.reading import DamagedSegment, read_archive, read_letters, read_segment, read_state
from edge_orch_agent.store.space import carry_over, give_back, mark_log, shorten_log
from edge_orch_agent.store.writing import merge_segments, write_transaction

Written = TypeVar("Written")

BALLAST_BYTES = 8 << 20
"""Room for what the log still has to carry over, for thousands of alerts and facts, and for deletes that make room."""


class SqliteStore:
    """A `Store` that survives the loss of power: WAL, and every commit synced (`synchronous=FULL`).

    A file that is damaged, of another program or of a newer version is set aside under a name with the time (`now_us`:
    wall clock, microseconds), and work goes on with what could be read of it; `set_aside` then says where it is, and
    so does the `report` of what is loaded, behind `lost`: why it had to be opened anew. `deleted`: files set aside
    earlier that were too many. Raises `StorageError` for a folder that cannot be used. May be called from any thread;
    calls wait for each other.

    The reserve for essential transactions is a ballast file beside the database (`agent.ballast`).
    """

    def __init__(self, path: Path | str, now_us: int = 0, lost: str = "", ballast_bytes: int = BALLAST_BYTES) -> None:
        self._path = Path(path)
        self._log = self._path.with_name(self._path.name + "-wal")
        self._now_us = now_us
        self._lost = lost
        self._lock = Lock()
        self._ballast = Ballast(self._path.with_suffix(".ballast"), ballast_bytes)
        try:
            opened = open_database(self._path, now_us)
        except DiskFull:
            if not self._ballast.release():
                raise
            opened = open_database(self._path, now_us)
        self._use(opened)

    def load(self) -> StoredState:
        """Everything that was committed."""
        with self._lock:
            try:
                try:
                    state = read_state(self._database)
                except (sqlite3.DatabaseError, UnicodeDecodeError) as error:
                    if not is_damage(error):
                        raise
                    self._database.close()
                    self._use(replace_damaged(self._path, self._now_us, str(error)))
                    state = read_state(self._database)
            except sqlite3.Error as error:
                raise storage_error(error, self._path, "cannot read") from error
            report = "; ".join(filter(None, [self._lost, self._report, state.report]))
            return msgspec.structs.replace(state, report=report)

    def commit(self, transaction: Transaction, essential: bool = False) -> int:
        """Apply the whole transaction durably or change nothing; returns the bytes handed to SQLite."""
        with self._lock:
            self._keep_place()
            if not essential:
                self._keep_reserve()
            write = partial(write_transaction, transaction=transaction)
            try:
                written = self._write(write)
            except DiskFull:
                if not (essential and self._ballast.release()):
                    raise
                with contextlib.suppress(sqlite3.Error):
                    shorten_log(self._database)
                written = self._write(write)
            if transaction.slots or transaction.removed_slots:
                carry_over(self._database)
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

    def merge(self, stream: StreamId, first: int, last: int) -> SegmentInfo | None:
        """Put one segment in the place of those with the sequences `first` to `last`; None if one is damaged."""
        with self._lock:
            self._keep_place()
            self._keep_reserve()
            return self._write(lambda database: merge_segments(database, stream, first, last))

    def archived(self) -> list[tuple[Section, str, str]]:
        """Section, key and text of the facts that have left the twin, oldest first; a bounded number."""
        with self._lock:
            try:
                return read_archive(self._database)
            except sqlite3.Error as error:
                raise storage_error(error, self._path, "cannot read") from error

    def letters(self, ids: Sequence[int]) -> list[KeptLetter]:
        """The dead letters of these numbers that are still there, in order."""
        with self._lock:
            try:
                return read_letters(self._database, ids)
            except sqlite3.Error as error:
                raise storage_error(error, self._path, "cannot read") from error

    def close(self) -> None:
        """Release the file. Committed state stays."""
        with self._lock:
            close_database(self._database, self._path)

    def _use(self, opened: Opened) -> None:
        self._database, self.set_aside, self._report = opened.database, opened.aside, opened.report
        self.deleted = opened.deleted
        self._presence = Presence(self._path)

    def _keep_place(self) -> None:
        """Raises `StoreLost` where a file was removed or replaced: what it held is in its place again then."""
        missing = self._presence.missing()
        if not missing:
            return
        what = f"{missing} was removed or replaced while it was open"
        try:
            aside = rescue_open(self._database, self._path, self._now_us)
        except sqlite3.Error as error:
            raise storage_error(error, self._path, f"{what}, and what it held cannot be put back to") from error
        except OSError as error:
            problem = Problem(
                f"{what}, and cannot be put back",
                found=error.strerror or str(error),
                next_step=f"let the agent write to {self._path.parent}; nothing is committed until then",
            )
            raise StorageError(problem) from error
        raise StoreLost(
            Problem(
                f"{what}; all that it held is saved{aside}",
                next_step="leave the files of a running agent alone",
            )
        )

    def _write(self, write: Callable[[sqlite3.Connection], Written]) -> Written:
        try:
            self._database.execute("BEGIN IMMEDIATE")
            try:
                written = write(self._database)
                self._database.execute("COMMIT")
            except BaseException:
                # SQLite rolls some failures back by itself (a full disk, an I/O error): then there is nothing left.
                if self._database.in_transaction:
                    self._database.execute("ROLLBACK")
                raise
        except sqlite3.Error as error:
            raise storage_error(error, self._path, "cannot write") from error
        mark_log(self._path)
        self._give_back()
        return written

    def _give_back(self, *, all_of_it: bool = False) -> None:
        """Moving pages needs some room in the log before it makes any: if there is none, the ballast lends it."""
        try:
            give_back(self._database, all_of_it=all_of_it)
        except sqlite3.Error:
            if self._ballast.release():
                with contextlib.suppress(sqlite3.Error):
                    give_back(self._database, all_of_it=all_of_it)

    def _keep_reserve(self) -> None:
        """Raises `DiskFull` where the ballast cannot be restored, or a log as long as it cannot be carried over."""
        if not self._ballast.restore():
            self._give_back(all_of_it=True)
            if not self._ballast.restore():
                raise DiskFull(
                    Problem(
                        f"cannot write {self._path}: the disk is full",
                        expected="room for the reserve that alerts and deliveries need",
                        next_step="free some space; work goes on by itself then",
                    )
                )
        if self._log.stat().st_size > 2 * LOG_BYTES:
            try:
                shorten_log(self._database)
            except sqlite3.Error as error:
                raise storage_error(error, self._path, "cannot write") from error
