from __future__ import annotations

import os
import shutil
import sqlite3
import stat
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest
from edge_orch_agent.core.transaction import JobDeadLetter, Rejection, Transaction
from edge_orch_agent.store.port import Store
from edge_orch_agent.store.sqlite_store import SqliteStore

from edge_orch.engine.records import DeadLetter
from edge_orch.errors import StorageError
from tests.contracts.store_contract import STREAM, StoreContract, a_full_transaction, a_segment, fill, noise

NOON = 1_767_268_800_000_000  # 2026-01-01T12:00:00Z


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "agent.db"


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A file system of 24 MiB."""
    folder = tmp_path / "small"
    folder.mkdir()
    if os.geteuid() != 0 or not mounted(folder):
        pytest.skip("only root may mount a small file system")
    try:
        yield folder
    finally:
        subprocess.run(["umount", "--lazy", str(folder)], check=True)


def mounted(folder: Path) -> bool:
    command = ["mount", "-t", "tmpfs", "-o", "size=24m", "tmpfs", str(folder)]
    try:
        return subprocess.run(command, capture_output=True, check=False).returncode == 0
    except FileNotFoundError:
        return False


class TestSqliteStore(StoreContract):
    @pytest.fixture
    def store(self, path: Path) -> Store:
        self.path = path
        return SqliteStore(path)

    @pytest.fixture
    def small_store(self, small_disk: Path) -> Iterator[Store]:
        store = SqliteStore(small_disk / "agent.db", ballast_bytes=4 << 20)
        yield store
        store.close()

    def reopened(self, store: Store) -> Store:
        store.close()
        return SqliteStore(self.path)

    def dead(self, store: Store) -> list[JobDeadLetter]:
        assert isinstance(store, SqliteStore)
        rows = store._database.execute("SELECT * FROM dead ORDER BY id").fetchall()
        return [
            JobDeadLetter(job, version, at_us, DeadLetter(raw, step, reason, partition, position, field))
            for _, job, version, at_us, step, field, reason, partition, position, raw in rows
        ]


def test_only_its_owner_may_read_the_file(path: Path) -> None:
    SqliteStore(path).close()
    assert stat.S_IMODE(path.stat().st_mode) == 0o600


def test_every_commit_is_synced_to_a_write_ahead_log(path: Path) -> None:
    store = SqliteStore(path)
    assert store._database.execute("PRAGMA journal_mode").fetchone() == ("wal",)
    assert store._database.execute("PRAGMA synchronous").fetchone() == (2,)


def test_a_commit_is_there_after_a_crash_without_close(path: Path) -> None:
    SqliteStore(path).commit(a_full_transaction())  # never closed
    assert len(SqliteStore(path).load().segments) == 3


@pytest.mark.parametrize("content", [b"this is no database, whatever its name says" * 100, None])
def test_a_damaged_file_is_set_aside_and_work_goes_on(path: Path, content: bytes | None) -> None:
    store = SqliteStore(path)
    store.commit(Transaction(segments=[a_segment(n, b"x%d\n" % n * 999) for n in range(1, 200)]))
    store.close()
    sound = path.read_bytes()
    damaged = content or sound[:4096] + b"\xff" * 16_384 + sound[20_480:]  # pages in the middle torn, header intact
    path.write_bytes(damaged)
    store = SqliteStore(path, now_us=NOON)
    assert store.set_aside == path.with_name("agent.db.damaged-20260101T120000Z")
    assert store.set_aside.read_bytes() == damaged
    store.commit(a_full_transaction())
    assert len(store.load().segments) == 3


def test_a_second_damaged_file_does_not_replace_the_first(path: Path) -> None:
    for _ in range(2):
        path.write_bytes(b"no database" * 100)
        SqliteStore(path, now_us=NOON).close()
    assert sorted(entry.name for entry in path.parent.glob("*damaged*")) == [
        "agent.db.damaged-20260101T120000Z",
        "agent.db.damaged-20260101T120000Z-1",
    ]


def test_a_database_of_another_program_is_refused_and_untouched(path: Path) -> None:
    with sqlite3.connect(path) as database:
        database.execute("CREATE TABLE theirs(x)")
    before = path.read_bytes()
    with pytest.raises(StorageError, match="another program"):
        SqliteStore(path)
    with sqlite3.connect(path) as database:
        assert database.execute("SELECT name FROM sqlite_schema").fetchall() == [("theirs",)]
    assert len(path.read_bytes()) == len(before)


def test_a_file_of_a_newer_version_is_refused(path: Path) -> None:
    SqliteStore(path).close()
    with sqlite3.connect(path) as database:
        database.execute("PRAGMA user_version = 99")
    with pytest.raises(StorageError, match="newer version") as refused:
        SqliteStore(path)
    assert "upgrade the agent" in str(refused.value)


def test_a_missing_folder_is_said_so(tmp_path: Path) -> None:
    with pytest.raises(StorageError, match="No such file") as missing:
        SqliteStore(tmp_path / "absent" / "agent.db")
    assert "create the folder" in str(missing.value)


def test_a_folder_in_the_place_of_the_file_is_said_so(path: Path) -> None:
    path.mkdir()
    with pytest.raises(StorageError, match="cannot open"):
        SqliteStore(path)


def test_a_full_disk_is_named_and_changes_nothing(path: Path) -> None:
    store = SqliteStore(path)
    store.commit(a_full_transaction())
    before = store.load()
    pages = store._database.execute("PRAGMA page_count").fetchone()[0]
    store._database.execute(f"PRAGMA max_page_count = {pages + 2}")
    noise = b"".join(sqlite3.connect(":memory:").execute("SELECT randomblob(40000)").fetchone())
    with pytest.raises(StorageError, match="the disk is full") as full:
        store.commit(Transaction(segments=[a_segment(3, noise)], states={"press": b"new"}))
    assert "free some space" in str(full.value)
    assert store.load() == before
    store.commit(Transaction(cursors={STREAM: 2}))  # what frees space still works
    assert len(store.load().segments) == 1


def test_a_disk_that_others_fill_is_survived_and_a_drain_gives_the_space_back(small_disk: Path) -> None:
    """ANCHORS 6: still delivers and deletes."""
    path = small_disk / "agent.db"
    store = SqliteStore(path, ballast_bytes=4 << 20)
    for sequence in range(1, 21):
        store.commit(noise(sequence))
    (small_disk / "others").write_bytes(b"x" * (shutil.disk_usage(small_disk).free // 4096 * 4096))
    store = SqliteStore(path, ballast_bytes=4 << 20)  # a start on a full disk, after a crash
    assert store.segment(STREAM, 1) is not None
    full = fill(store, first=21)
    for sequence in range(1, full):
        assert store.segment(STREAM, sequence) is not None
        store.commit(Transaction(cursors={STREAM: sequence}), essential=True)
    store.commit(noise(full))
    store.commit(Transaction(cursors={STREAM: full}))
    assert path.stat().st_size < 200_000
    assert path.with_name("agent.db-wal").stat().st_size < 1_000_000
    assert path.with_name("agent.ballast").stat().st_blocks * 512 == 4 << 20
    store.close()


def test_a_damaged_segment_cannot_be_delivered_and_can_be_rejected(path: Path) -> None:
    store = SqliteStore(path)
    store.commit(Transaction(segments=[a_segment(1)]))
    store._database.execute("UPDATE segment SET data = x'00'")
    assert store.segment(STREAM, 1) is None
    store.commit(Transaction(rejections=[Rejection(STREAM, 1, 0, 2, "damaged", 5)], cursors={STREAM: 1}))
    assert store.load().segments == []
    ((reason,),) = store._database.execute("SELECT reason FROM dead").fetchall()
    assert "segment 1 of press/stats/lake is damaged" in reason
