"""Files of an open database that somebody removes or replaces (ANCHORS 5)."""

from __future__ import annotations

import shutil
import sqlite3
from functools import partial
from pathlib import Path
from random import Random

import pytest
from edge_orch_agent.core.transaction import Transaction
from edge_orch_agent.store.port import StoreLost
from edge_orch_agent.store.sqlite_store import SqliteStore

from edge_orch.errors import StorageError
from tests.contracts.stored import STREAM, a_full_transaction, a_segment
from tests.unit.agent.store.killing import NOON, opened


def at_work(path: Path) -> SqliteStore:
    store = opened(path)
    store.commit(a_full_transaction())
    store.commit(Transaction(segments=[a_segment(3)]))
    return store


@pytest.mark.parametrize("parts", [("",), ("-wal",), ("-shm",), ("", "-wal", "-shm")])
def test_5_what_was_committed_is_put_back_where_a_file_was_removed_and_told(path: Path, parts: tuple[str, ...]) -> None:
    store = at_work(path)
    for part in parts:
        path.with_name(path.name + part).unlink()
    with pytest.raises(StoreLost, match="removed or replaced while it was open; all that it held is saved") as lost:
        store.commit(Transaction(segments=[a_segment(4)]))
    store.close()
    assert not any("replaced" in file.name for file in path.parent.iterdir()) or "" not in parts
    again = SqliteStore(path, NOON, lost=lost.value.problems[0].what, ballast_bytes=4096)
    state = again.load()
    assert [info.sequence for info in state.segments if info.stream == STREAM] == [1, 2, 3]
    assert state.positions == a_full_transaction().positions
    assert "removed or replaced" in state.report
    again.commit(Transaction(segments=[a_segment(4)]))
    again.close()
    assert opened(path).load().report == ""


def test_5_a_backup_that_is_put_over_an_open_database_is_set_aside(path: Path) -> None:
    opened(path).close()
    backup = Path(shutil.copy(path, path.with_name("backup.db")))
    store = at_work(path)
    backup.rename(path)
    with pytest.raises(StoreLost, match=r"set aside as agent\.db\.replaced-20260101T120000Z"):
        store.commit(Transaction(segments=[a_segment(4)]))
    store.close()
    assert len(opened(path).load().segments) == len(at_work(path.with_name("other.db")).load().segments)


def test_5_a_folder_that_is_gone_is_told_and_nothing_is_lost_when_it_comes_back(path: Path) -> None:
    store = at_work(path)
    path.parent.rename(path.parent.with_name("elsewhere"))
    for _ in range(2):
        with pytest.raises(StorageError, match="removed or replaced") as failed:
            store.commit(Transaction(segments=[a_segment(4)]))
        assert not isinstance(failed.value, StoreLost)
    path.parent.with_name("elsewhere").rename(path.parent)
    store.commit(Transaction(segments=[a_segment(4)]))
    store.close()
    assert len([info for info in opened(path).load().segments if info.stream == STREAM]) == 4


def test_4_pages_that_turn_out_to_be_damaged_while_the_agent_runs_ask_for_a_new_beginning(path: Path) -> None:
    store = at_work(path)
    noise = Random(4)  # noqa: S311
    many = range(4, 304)  # more than SQLite keeps in memory
    store.commit(Transaction(segments=[a_segment(number, noise.randbytes(20_000) + b"\n") for number in many]))
    store.close()
    store = opened(path)
    with path.open("r+b") as file:
        file.seek(1024)
        file.write(b"\xff" * (path.stat().st_size - 1024))
    with pytest.raises(StoreLost, match="damaged"):
        list(map(partial(store.segment, STREAM), many))
    store.close()
    again = opened(path)
    assert "is set aside" in again.load().report
    again.commit(Transaction(segments=[a_segment(NOON + 1)]))


def test_nothing_is_wrong_with_files_that_sqlite_itself_changes(path: Path) -> None:
    store = at_work(path)
    with sqlite3.connect(path) as other:
        other.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    other.close()
    store.commit(Transaction(segments=[a_segment(4)]))
    store.close()
