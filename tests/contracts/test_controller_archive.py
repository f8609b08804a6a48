"""What every store of a controller keeps of what has left a twin, and what it says of the rest."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from edge_orch_controller.core.transaction import Transaction, TwinUpdate
from edge_orch_controller.store import sqlite_file
from edge_orch_controller.store.memory_store import MemoryStore
from edge_orch_controller.store.port import Store
from edge_orch_controller.store.retention import Dropped, Retention
from edge_orch_controller.store.schema import MIGRATIONS
from edge_orch_controller.store.sqlite_store import SqliteStore

from edge_orch.time import DAY
from edge_orch.twin.epoch import Epoch, Rolled
from edge_orch.twin.facts import Section

LONG_AGO, TODAY = 1_000 * DAY, 1_400 * DAY
RETENTION = Retention(age_us=365 * DAY, size=1_000)

Left = tuple[Section, str, str]


@pytest.fixture(params=["memory", "sqlite"])
def store(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Store]:
    store: Store = MemoryStore(RETENTION) if request.param == "memory" else SqliteStore(tmp_path / "c.db", RETENTION)
    yield store
    store.close()


def leave(store: Store, *left: Left, at_us: int = TODAY, agent: str = "press-1") -> None:
    rolled = Rolled(Epoch(1, b"e" * 16, 1), (), left)
    store.commit(Transaction(twins={agent: TwinUpdate(rolls=[rolled])}, at_us=at_us))


def episode(name: str, text: str = "x" * 90) -> Left:
    """100 bytes."""
    key = f"{name}/opened"
    return Section.EPISODES, key, text[: 100 - len(key)]


def test_the_newest_of_what_machines_wrote_are_kept_and_the_others_counted(store: Store) -> None:
    for number in range(25):
        leave(store, episode(f"e{number:02}"), at_us=TODAY + number)
    leave(store, episode("other"), agent="press-2")
    assert store.archived("press-1") == [episode(f"e{number:02}") for number in range(15, 25)]
    assert store.dropped("press-1") == Dropped(facts=15, size=1_500, until_us=TODAY + 14)
    assert store.archived("press-2") == [episode("other")]
    assert store.dropped("press-2") == Dropped()


def test_what_left_long_ago_goes_when_something_leaves_again(store: Store) -> None:
    leave(store, episode("old"), (Section.DESIRED, "press/1", "{}"), at_us=LONG_AGO)
    leave(store, episode("new"))
    assert store.archived("press-1") == [episode("new")]
    assert store.dropped("press-1") == Dropped(facts=2, size=109, until_us=LONG_AGO)


def test_by_a_clock_that_is_not_known_nothing_is_old(store: Store) -> None:
    leave(store, episode("undated"), at_us=0)
    leave(store, episode("old"), at_us=LONG_AGO)
    leave(store, episode("undated too"), at_us=0)
    assert [key for _, key, _ in store.archived("press-1")] == ["undated/opened", "old/opened", "undated too/opened"]
    leave(store, at_us=TODAY)
    assert store.dropped("press-1") == Dropped(facts=1, size=100, until_us=LONG_AGO)


@pytest.mark.parametrize("section", [Section.OVERRIDES, Section.SILENCES, Section.ACKS, Section.LATER])
def test_what_people_did_is_never_dropped(store: Store, section: Section) -> None:
    acts = [(section, f"act-{number}/agent/1", "y" * 400) for number in range(20)]
    leave(store, *acts, at_us=LONG_AGO)
    leave(store, *(episode(f"e{number:02}") for number in range(20)))
    assert store.archived("press-1")[:20] == acts
    assert store.dropped("press-1").facts == 10


def test_an_episode_that_somebody_acknowledged_stays_with_the_acknowledgement(store: Store) -> None:
    acknowledged: Left = (Section.ACKS, "e00/agent/1", "{}")
    leave(store, episode("e00"), episode("e01"), acknowledged, at_us=LONG_AGO)
    leave(store, episode("e02"))
    assert store.archived("press-1") == [episode("e00"), acknowledged, episode("e02")]


def test_an_older_file_keeps_what_it_has(tmp_path: Path) -> None:
    path = tmp_path / "c.db"
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(sqlite_file, "MIGRATIONS", MIGRATIONS[:2])
        db = sqlite_file.open_file(path)
        db.execute("INSERT INTO archive (agent, section, key, text) VALUES ('press-1', 'episodes', 'e/opened', '{}')")
        db.close()
    store = SqliteStore(path)
    leave(store, episode("new"))
    assert store.archived("press-1") == [(Section.EPISODES, "e/opened", "{}"), episode("new")]
    store.close()
