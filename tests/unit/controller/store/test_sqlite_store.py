"""What only a store in a file can meet."""

from __future__ import annotations

import sqlite3
from pathlib import Path

import pytest
from edge_orch_controller.core.transaction import Transaction, TwinUpdate
from edge_orch_controller.store.sqlite_store import SqliteStore

from edge_orch.errors import StorageError
from edge_orch.twin.change import Change
from edge_orch.twin.facts import JobState, Reported
from tests.contracts.test_controller_store import AUDIT, change


def test_the_audit_log_in_a_file_cannot_be_rewritten(tmp_path: Path) -> None:
    store = SqliteStore(tmp_path / "controller.db")
    store.record(AUDIT)
    store.close()
    db = sqlite3.connect(tmp_path / "controller.db")
    for statement in ("DELETE FROM audit", "UPDATE audit SET who = 'nobody'"):
        with pytest.raises(sqlite3.IntegrityError, match="append-only"):
            db.execute(statement)
    db.close()


def test_a_foreign_database_is_left_alone(tmp_path: Path) -> None:
    path = tmp_path / "controller.db"
    db = sqlite3.connect(path)
    db.execute("CREATE TABLE theirs (x)")
    db.commit()
    db.close()
    before = path.read_bytes()
    with pytest.raises(StorageError, match="not a controller's database"):
        SqliteStore(path)
    assert path.read_bytes() == before


def test_a_file_that_is_no_database_is_left_alone(tmp_path: Path) -> None:
    path = tmp_path / "controller.db"
    path.write_bytes(b"dear diary " * 200)
    with pytest.raises(StorageError):
        SqliteStore(path)
    assert path.read_bytes() == b"dear diary " * 200


def test_a_newer_file_is_left_to_its_newer_program(tmp_path: Path) -> None:
    path = tmp_path / "controller.db"
    SqliteStore(path).close()
    db = sqlite3.connect(path)
    db.execute("PRAGMA user_version = 999")
    db.close()
    with pytest.raises(StorageError, match="newer than this program"):
        SqliteStore(path)


def test_a_commit_that_fails_changes_nothing(tmp_path: Path) -> None:
    store = SqliteStore(tmp_path / "controller.db")
    broken = TwinUpdate([change(1)], [Reported("job", 2**70, "d", 1, JobState.RUNNING)])
    bad_change = Change(b"a" * 16, 2**70, b"", 1, b"")
    broken.changes.append(bad_change)
    with pytest.raises((StorageError, OverflowError)):
        store.commit(Transaction(twins={"p": broken}, audit=[AUDIT]))
    assert store.changes("p") == []
    assert list(store.audit(1)) == []
    store.close()
