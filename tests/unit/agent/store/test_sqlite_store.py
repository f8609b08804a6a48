from __future__ import annotations

import os
import shutil
import sqlite3
import stat
import subprocess
import tracemalloc
from collections.abc import Iterator
from pathlib import Path
from random import Random

import pytest
from edge_orch_agent.core.ledger import Ledger
from edge_orch_agent.core.lineage import Lineage, Made, Maker
from edge_orch_agent.core.outbox import Outbox
from edge_orch_agent.core.transaction import JobDeadLetter, Rejection, Transaction
from edge_orch_agent.store import lineage as lineages
from edge_orch_agent.store.lineage import OLDEST_US, read_lineage
from edge_orch_agent.store.port import Store
from edge_orch_agent.store.sqlite_store import SqliteStore

from edge_orch.engine.records import DeadLetter
from edge_orch.errors import StorageError
from tests.contracts.full_store_contract import FullStoreContract
from tests.contracts.store_contract import StoreContract
from tests.contracts.stored import STREAM, a_full_transaction, a_segment, fill, noise


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


class TestSqliteStore(StoreContract, FullStoreContract):
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

    def lineage(self, store: Store) -> list[Lineage]:
        assert isinstance(store, SqliteStore)
        return list(read_lineage(store._database))[::-1]

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


def test_a_missing_folder_is_said_so(tmp_path: Path) -> None:
    with pytest.raises(StorageError, match="No such file") as missing:
        SqliteStore(tmp_path / "absent" / "agent.db")
    assert "create the folder" in str(missing.value)


def test_a_link_to_a_disk_that_is_not_there_is_said_so(path: Path) -> None:
    path.symlink_to(path.with_name("unmounted") / "agent.db")
    with pytest.raises(StorageError, match="cannot open"):
        SqliteStore(path)


def test_with_a_damaged_one_among_them_nothing_is_merged_and_nothing_else_is_lost(path: Path) -> None:
    store = SqliteStore(path)
    store.commit(Transaction(segments=[a_segment(number) for number in range(1, 5)]))
    store._database.execute("UPDATE segment SET data = x'00' WHERE sequence = 3")
    assert store.merge(STREAM, 1, 4) is None
    assert [store.segment(STREAM, number) for number in (1, 2, 3, 4)] == [
        a_segment(1),
        a_segment(2),
        None,
        a_segment(4),
    ]


def test_inputs_after_a_state_that_cannot_be_read_are_told(path: Path) -> None:
    store = SqliteStore(path)
    store.commit(Transaction(states={"press": b"one"}, replays={"press": [b"a", b"b", b"c"], "oven": [b"x"]}))
    assert store.load().report == ""
    store._database.execute("UPDATE replay SET content = x'00' WHERE job = 'press' AND id = 2")
    found = store.load()
    assert found.replays == {"press": [b"a"], "oven": [b"x"]}
    assert found.report.startswith("2 of 3 inputs that job press had after its stored state cannot be read")
    store.commit(Transaction(states={"press": b"two"}))
    assert store.load().report == ""


def test_a_merge_that_is_cut_off_changes_nothing(path: Path) -> None:
    store = SqliteStore(path)
    store.commit(Transaction(segments=[a_segment(number) for number in range(1, 5)]))
    before = store.load()
    store._database.execute("CREATE TEMP TRIGGER cut AFTER DELETE ON segment BEGIN SELECT RAISE(ABORT, 'cut off'); END")
    with pytest.raises(StorageError, match="cut off"):
        store.merge(STREAM, 1, 4)
    assert store.load() == before


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
    assert path.stat().st_size < 1 << 20  # less is not worth the writing
    assert path.with_name("agent.db-wal").stat().st_size < 1_000_000
    assert path.with_name("agent.ballast").stat().st_blocks * 512 == 4 << 20
    store.close()


def test_a_drained_backlog_is_given_back_where_more_than_it_stays(path: Path) -> None:
    store = SqliteStore(path, ballast_bytes=4096)
    store.commit(Transaction(states={f"job{n}": Random(n).randbytes(1 << 20) for n in range(24)}))  # noqa: S311
    for sequence in range(1, 40):
        store.commit(noise(sequence))
    store.commit(Transaction(cursors={STREAM: 39}))
    store.close()
    assert path.stat().st_size < 26 << 20


def test_a_damaged_segment_cannot_be_delivered_and_can_be_rejected(path: Path) -> None:
    store = SqliteStore(path)
    store.commit(Transaction(segments=[a_segment(1)]))
    store._database.execute("UPDATE segment SET data = x'00'")
    assert store.segment(STREAM, 1) is None
    store.commit(Transaction(rejections=[Rejection(STREAM, 1, 0, 2, "damaged", 5)], cursors={STREAM: 1}))
    assert store.load().segments == []
    ((reason,),) = store._database.execute("SELECT reason FROM dead").fetchall()
    assert "segment 1 of press/stats/lake is damaged" in reason


@pytest.mark.parametrize("size", [-1, 0, 1, 1 << 62])
def test_a_size_that_is_wrong_costs_no_segment(path: Path, size: int) -> None:
    store = SqliteStore(path)
    store.commit(Transaction(segments=[a_segment(1)]))
    store._database.execute("UPDATE segment SET size = ?", (size,))
    assert store.segment(STREAM, 1) == a_segment(1)


def test_lineage_is_forgotten_by_number_and_by_age(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(lineages, "MOST", 20)
    monkeypatch.setattr(lineages, "_SWEEP", 4)
    store = SqliteStore(path)

    def commit(sequence: int, at_us: int, version: int) -> None:
        maker = Maker("press", version, "sha256:1", {}, "1a")
        store.commit(Transaction(lineage=[Lineage(maker, at_us, (), (Made("raw", "lake", sequence, 1),))]))

    for sequence in range(1, 101):
        commit(sequence, 0, 1)
    kept = [one.made[0].sequence for one in read_lineage(store._database)]
    assert kept == list(range(100, 80, -1))
    for sequence in range(101, 105):
        commit(sequence, 5, 2)
    for sequence in range(105, 257):
        commit(sequence, OLDEST_US + 6, 3)
    assert min(one.at_us for one in read_lineage(store._database)) == OLDEST_US + 6
    assert [content for (content,) in store._database.execute("SELECT id FROM maker")] == [3]


def test_24_a_waiting_segment_takes_little_memory(path: Path) -> None:
    """An agent may hold the small segments of days: what is kept of each is an index entry, once."""
    store, count = SqliteStore(path), 3_000
    store.commit(Transaction(segments=[a_segment(sequence) for sequence in range(1, count + 1)]))
    tracemalloc.start()
    try:
        state = store.load()
        outbox, ledger = Outbox(state), Ledger(state)
        del state
        held = tracemalloc.get_traced_memory()[0]
    finally:
        tracemalloc.stop()
    assert outbox.size("press") > 0
    assert ledger.accounts()[0].held == 2 * count
    assert held / count < 300
