from __future__ import annotations

import shutil
import sqlite3
from pathlib import Path

import pytest
from edge_orch_controller.store.sqlite_file import explained

from edge_orch.errors import StorageError


@pytest.mark.parametrize(("free", "advice"), [(0, "free some space"), (1 << 30, "is not damaged")])
def test_an_error_of_the_disk_on_a_full_disk_is_a_full_disk(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, free: int, advice: str
) -> None:
    monkeypatch.setattr(shutil, "disk_usage", lambda _: shutil._ntuple_diskusage(1 << 30, 0, free))
    with pytest.raises(StorageError, match=advice), explained(tmp_path / "controller.db", "cannot open"):
        raise sqlite3.OperationalError("disk I/O error")
