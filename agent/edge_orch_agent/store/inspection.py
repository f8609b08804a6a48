"""Looking into an agent's database without changing it, whether the agent runs or not: WAL readers stop nobody."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import msgspec
from sqlite_utils import Database

from edge_orch.errors import Invalid, Problem, StorageError
from edge_orch_agent.core.lineage import Lineage
from edge_orch_agent.core.stored_state import StoredState
from edge_orch_agent.core.transaction import SegmentInfo
from edge_orch_agent.store.lineage import read_lineage
from edge_orch_agent.store.problems import storage_error
from edge_orch_agent.store.reading import DamagedSegment, read_segment, read_state
from edge_orch_agent.store.schema import APPLICATION_ID, MIGRATIONS


class StoredLetter(msgspec.Struct, frozen=True):
    """A dead letter as it is stored. `id` names it on this device; `raw`: its bytes as they came."""

    id: int
    job: str
    version: int
    at_us: int
    step: str
    field: str
    reason: str
    partition: str
    position: int
    raw: bytes


@contextmanager
def inspecting(folder: Path) -> Iterator[Inspection]:
    """The database in this data folder. Raises `StorageError` where there is none that can be read."""
    path = folder / "agent.db"
    if not path.is_file():
        raise StorageError(
            Problem(
                f"there is no agent's database in {folder}",
                expected="the data folder of an agent that has run",
                next_step="name it with --local DIR or EDGE_ORCH_LOCAL",
            )
        )
    try:
        with closing(
            sqlite3.connect(f"{path.absolute().as_uri()}?mode=ro", uri=True, isolation_level=None)
        ) as database:
            _check_schema(database, path)
            yield Inspection(database)
    except sqlite3.Error as error:
        raise storage_error(error, path, "cannot read") from error


class Inspection:
    """What stands in the database. Raises `sqlite3.Error`, which `inspecting` puts into words."""

    def __init__(self, database: sqlite3.Connection) -> None:
        self._database = database
        self._tables = Database(database)

    def state(self) -> StoredState:
        """Everything that was committed."""
        return read_state(self._database)

    def letters(self, job: str = "", limit: int = -1) -> Iterator[StoredLetter]:
        """The newest `limit` dead letters, of one job or of all; all of them if negative. Oldest first."""
        rows = self._tables.query(
            "SELECT * FROM (SELECT * FROM dead WHERE ? IN ('', job) ORDER BY id DESC LIMIT ?) ORDER BY id", (job, limit)
        )
        return (msgspec.convert(row, StoredLetter) for row in rows)

    def letter(self, number: int) -> StoredLetter:
        """The dead letter of this id. Raises `Invalid`."""
        for row in self._tables["dead"].rows_where("id = ?", (number,)):
            return msgspec.convert(row, StoredLetter)
        raise Invalid(Problem(f"there is no dead letter {number}", next_step="edge-orch dead list"))

    def lineage(self) -> Iterator[Lineage]:
        """What went into which segments, as far back as it is kept, the newest first."""
        return read_lineage(self._database)

    def records(self, segment: SegmentInfo) -> bytes:
        """A segment's records as NDJSON; empty if it is gone by now. Raises `StorageError` if it is damaged."""
        found = read_segment(self._database, segment.stream, segment.sequence)
        return found.data if found else b""

    def stored_share(self) -> float | None:
        """Bytes on the disk for each byte of what waits in the outbox; None if nothing does."""
        stored, size = self._database.execute("SELECT sum(length(data)), sum(size) FROM segment").fetchone()
        return stored / size if size else None

    def findings(self) -> Iterator[str]:
        """What is wrong with the file and with what waits in the outbox, in words; reads all of it."""
        for (finding,) in self._database.execute("PRAGMA integrity_check"):
            if finding != "ok":
                yield f"the file: {finding}"
        for segment in self.state().segments:
            try:
                records = self.records(segment).count(b"\n")
            except DamagedSegment as error:
                yield f"{error.problems[0].what}: {error.problems[0].found}"
            else:
                if records not in (0, segment.count):
                    yield f"segment {segment.sequence} of {segment.stream} has {records} records, not {segment.count}"


def _check_schema(database: sqlite3.Connection, path: Path) -> None:
    application = database.execute("PRAGMA application_id").fetchone()[0]
    version = database.execute("PRAGMA user_version").fetchone()[0]
    if (application, version) != (APPLICATION_ID, len(MIGRATIONS)):
        raise StorageError(
            Problem(
                f"{path} was not written by this version of the agent",
                expected=f"schema {len(MIGRATIONS)}",
                found=f"schema {version}" if application == APPLICATION_ID else "a database of another program",
                next_step="start the agent once, which brings an older file up to date, or upgrade edge-orch",
            )
        )
