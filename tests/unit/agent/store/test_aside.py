"""Files that could not be used: how many of them stay beside the database."""

from __future__ import annotations

from pathlib import Path

import pytest
from edge_orch_agent.store import aside
from edge_orch_agent.store.aside import Flaw, free_name, thin_out
from edge_orch_agent.store.sqlite_store import SqliteStore

from edge_orch.time import SECOND

NOON = 1_767_268_800_000_000  # 2026-01-01T12:00:00Z


def left(path: Path, second: int, flaw: Flaw = Flaw.DAMAGED, size: int = 10) -> Path:
    """A file that was set aside so many seconds after noon."""
    file = free_name(path, flaw, NOON + second * SECOND)
    file.write_bytes(b"x" * size)
    return file


def test_the_newest_stay(path: Path) -> None:
    files = [left(path, second) for second in (0, 0, 1, 2, 2, 10)]
    assert thin_out(path, None) == ["agent.db.damaged-20260101T120000Z-1", "agent.db.damaged-20260101T120000Z"]
    assert sorted(path.parent.iterdir()) == sorted(files[2:])


def test_the_log_that_belongs_to_one_goes_with_it(path: Path) -> None:
    files = [left(path, second) for second in range(5)]
    for file in files:
        file.with_name(file.name + "-wal").touch()
    thin_out(path, None)
    assert len(list(path.parent.iterdir())) == 8


def test_together_they_have_a_size(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(aside, "KEPT_BYTES", 100)
    old, _, newest = (left(path, second, size=40) for second in range(3))
    assert thin_out(path, None) == [old.name]
    newest.write_bytes(b"x" * 1_000)
    thin_out(path, None)
    assert list(path.parent.iterdir()) == [newest]  # the only one is never deleted
    assert thin_out(path, None) == []


def test_the_one_of_this_start_is_the_newest_whatever_the_clock_says(path: Path) -> None:
    old = [left(path, second) for second in range(4)]
    fresh = left(path, -50 * 365 * 86_400)
    assert thin_out(path, fresh) == [old[0].name]
    assert fresh.exists()


@pytest.mark.parametrize("flaw", [Flaw.FOREIGN, Flaw.NEWER, Flaw.REPLACED])
def test_what_a_person_may_want_back_stays(path: Path, flaw: Flaw) -> None:
    for second in range(9):
        left(path, second, flaw)
    assert thin_out(path, None) == []


def test_what_has_another_name_stays(path: Path) -> None:
    for second in range(9):
        left(path.with_name("agent.db-wal"), second)
        path.with_name(f"agent.db.damaged-mine-{second}").touch()
    assert thin_out(path, None) == []
    assert len(thin_out(path.with_name("agent.db-wal"), None)) == 5


def test_a_file_that_is_damaged_again_and_again_does_not_fill_the_disk_and_says_so(path: Path) -> None:
    names = []
    for start in range(6):
        path.write_bytes(b"this is no database, whatever its name says" * 100)
        store = SqliteStore(path, now_us=NOON + start * SECOND, ballast_bytes=0)
        assert store.set_aside is not None
        names.append(store.set_aside.name)
        report = store.load().report
        store.close()
    assert sorted(file.name for file in path.parent.glob("*.damaged-*")) == names[2:]
    assert store.deleted == (names[1],)
    assert report.endswith(f"; of what was set aside earlier, {names[1]} had to go")
