from __future__ import annotations

import json
from pathlib import Path

import pytest
from edge_orch_agent.core.lineage import Input, Lineage, Made, Maker
from edge_orch_agent.core.transaction import Transaction
from edge_orch_agent.store.sqlite_store import SqliteStore

from tests.unit.agent.commands.test_commands import run


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """An agent that has made segment 17 of one stream and 3 of another out of 5 records, and delivered both."""
    store = SqliteStore(tmp_path / "agent.db", ballast_bytes=4096)
    maker = Maker("press", 3, "sha256:1", {"hot_c": 85.0}, "5f0c12ab")
    made = (Made("raw", "lake", 17, 5), Made("stats", "lake", 3, 1))
    store.commit(Transaction(lineage=[Lineage(maker, 1_767_225_600_000_000, (Input("factory/1", 40, 5),), made)]))
    store.close()
    return tmp_path


@pytest.mark.parametrize(
    "what",
    [
        ["press/raw/lake", "17"],
        ["press-1/press/3/raw/lake/5f0c12ab.17"],
        ["press-1/press/3/raw/lake/5f0c12ab.17/2-4"],
    ],
)
def test_what_went_into_a_segment(folder: Path, capfd: pytest.CaptureFixture[str], what: list[str]) -> None:
    (shown,) = json.loads(run(capfd, folder, "lineage", *what, "-o", "json"))
    assert (shown["output"], shown["sequence"], shown["records"], shown["digest"]) == ("raw", 17, 5, "sha256:1")
    assert shown["params"] == {"hot_c": 85.0}
    assert shown["inputs"] == [["factory/1", 40, 5]]
    text = run(capfd, folder, "lineage", *what)
    assert "hot_c = 85.0" in text
    assert text.splitlines()[-1].split() == ["factory/1", "40", "44", "5"]


def test_of_a_merged_segment_each_part_is_shown(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    store = SqliteStore(tmp_path / "agent.db", ballast_bytes=4096)
    for sequence, version, output in ((16, 3, "raw"), (17, 3, "raw"), (18, 3, "stats"), (18, 4, "raw"), (19, 3, "raw")):
        maker, made = Maker("press", version, "sha256:1", {}, "5f"), (Made(output, "lake", sequence, 5),)
        store.commit(Transaction(lineage=[Lineage(maker, 1, (Input("factory/1", sequence, 5),), made)]))
    store.close()
    shown = json.loads(run(capfd, tmp_path, "lineage", "press-1/press/3/raw/lake/77.17-19", "-o", "json"))
    assert sorted(one["sequence"] for one in shown) == [17, 19]


def test_what_is_not_known_is_said_so(folder: Path, capfd: pytest.CaptureFixture[str]) -> None:
    assert "nothing is known of press/raw/lake 18" in run(capfd, folder, "lineage", "press/raw/lake", "18", code=3)
    assert "an idempotency key" in run(capfd, folder, "lineage", "nonsense", code=3)
