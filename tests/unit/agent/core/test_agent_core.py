from __future__ import annotations

from pathlib import Path

from edge_orch_agent.core.events import Stopping
from edge_orch_agent.store.memory_store import MemoryStore
from edge_orch_agent.store.port import Store
from edge_orch_agent.store.sqlite_store import SqliteStore

from edge_orch.time import MINUTE, SECOND
from tests.unit.agent.core.press import (
    FEVER,
    WITH_ANOTHER_SUMMARY,
    a_rig,
    lines,
    numbers,
    override,
    told,
    windows,
)
from tests.unit.agent.core.rig import Rig


def a_history(unplug_at: int | None = None, store: Store | None = None) -> Rig:
    """Data, an alert, an override offline, a new version, the link's return."""
    rig = a_rig(FEVER[:2], unplug_at=unplug_at, store=store)
    rig.link(up=False)
    rig.tell(override(90.0))
    rig.controller.desire(WITH_ANOTHER_SUMMARY, 2)
    rig.sources["press"].batches = [*FEVER, lines(21, 5, 95.0), lines(26, 9)]
    rig.run(5 * SECOND)
    rig.link(up=True)
    rig.run(2 * MINUTE)
    rig.tell(*([] if rig.facts().overrides else [override(90.0, request=2)]))  # the person saw no reply, and asks again
    rig.run(MINUTE)
    return rig


def test_a_crash_before_any_command_loses_and_doubles_nothing() -> None:
    calm = a_history()
    assert numbers(calm) == list(range(35))
    assert len(calm.records("oncall")) == 4
    for unplug_at in range(calm.performed):
        rig = a_history(unplug_at)
        assert rig.unplug_at is None, "the power was never cut"
        assert numbers(rig) == numbers(calm), unplug_at
        assert windows(rig) == windows(calm), unplug_at
        assert told(rig) == told(calm), unplug_at
        assert rig.ledger() == calm.ledger(), unplug_at
        assert rig.store.load().segments == []
        assert rig.controller.replica.heads() == rig.core.twin.replica.heads()
        facts = rig.facts()
        assert facts.reported["press"].version == 2
        assert len(facts.overrides) == 1
        assert facts.episodes.keys() == calm.facts().episodes.keys()


def test_a_stop_takes_in_what_is_under_way_at_once_and_begins_nothing_new() -> None:
    rig = a_rig([])
    rig.sources["press"].batches += [lines(0, 5)]
    rig.tell(Stopping())
    assert rig.sources["press"].acknowledged == {0}
    assert [segment.count for segment in rig.store.load().segments] == [5]
    rig.run(MINUTE)
    assert numbers(rig) == []


def test_a_store_that_is_lost_never_brings_back_a_key() -> None:
    """The rig holds that one key never stands for two contents."""
    rig = a_rig([lines(0, 5)])
    rig.run(MINUTE)
    rig.store = MemoryStore()
    rig.sources["press"].batches = [lines(100, 7)]
    rig.restart()
    rig.link(up=True)
    rig.run(MINUTE)
    assert numbers(rig) == [*range(5), *range(100, 107)]


def test_a_file_holds_what_memory_holds(tmp_path: Path) -> None:
    in_memory, in_a_file = a_history(), a_history(store=SqliteStore(tmp_path / "agent.db"))
    assert in_a_file.store.load() == in_memory.store.load()
    assert in_a_file.delivered == in_memory.delivered


def test_the_same_history_gives_the_same_commands() -> None:
    assert a_history().trace == a_history().trace
