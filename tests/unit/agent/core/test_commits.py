"""The full disk, as the core decides about it (ANCHORS 6: still delivers and deletes)."""

from __future__ import annotations

from edge_orch_agent.core.commands import Commit
from edge_orch_agent.store.memory_store import MemoryStore

from edge_orch.time import HOUR, MINUTE, SECOND
from tests.unit.agent.core.press import a_rig, lines, numbers, override, told
from tests.unit.agent.core.rig import Rig

ROUNDS = 60


def squeeze(rig: Rig, *, reserve: int = 100_000) -> MemoryStore:
    """No more room than there is, but for the reserve."""
    store = rig.store
    assert isinstance(store, MemoryStore)
    store.capacity, store._reserve = store._tables.size() + reserve, reserve
    return store


def a_filling_rig(*, then: bytes = b"") -> Rig:
    store = MemoryStore()
    batches = [lines(0, 5), *([then] if then else []), *(lines(100 + n * 10, 10) for n in range(ROUNDS))]
    rig = a_rig([], store=store)
    rig.down = {"lake"}
    rig.run(SECOND)
    squeeze(rig)
    rig.sources["press"].ahead = 2
    rig.sources["press"].batches += batches
    return rig


def test_sources_feel_it_and_nothing_is_acknowledged() -> None:
    rig = a_filling_rig()
    rig.run(HOUR)
    assert rig.sources["press"].acknowledged == set()
    assert "disk is full" in rig.core.view().commit_failure
    rig.down = set()
    squeeze(rig).capacity = None
    rig.run(10 * MINUTE)
    assert numbers(rig) == [*range(5), *range(100, 100 + ROUNDS * 10)]
    assert rig.core.view().commit_failure == ""


def test_what_was_durable_is_delivered_and_deleted_and_so_work_goes_on() -> None:
    rig = a_rig([lines(n * 10, 10) for n in range(ROUNDS)])
    rig.sources["press"].ahead = 1
    store = rig.store
    assert isinstance(store, MemoryStore)
    store.capacity, store._reserve = store._tables.size() + 14_000, 10_000
    rig.down = {"lake"}
    rig.run(HOUR)
    held = len(rig.sources["press"].acknowledged)
    assert 0 < held < ROUNDS
    rig.down = set()
    rig.run(HOUR)
    assert numbers(rig) == list(range(ROUNDS * 10))
    assert len(store.load().segments) == 0


def test_alerts_and_overrides_pass_what_waits_for_room() -> None:
    rig = a_filling_rig(then=lines(50, 3, 99.0))
    rig.run(HOUR)
    assert [event for event, _ in told(rig)] == ["opened"]
    rig.tell(override(120.0, request=7))
    assert rig.replies[7].fact_key
    assert rig.store.load().positions == {}


def test_a_crash_while_the_disk_is_full_neither_loses_nor_tells_twice() -> None:
    rig = a_filling_rig(then=lines(50, 3, 99.0))
    rig.run(HOUR)
    for _ in range(3):
        rig.restart()
        rig.run(HOUR)
    squeeze(rig).capacity = None
    rig.down = set()
    rig.run(HOUR)
    assert numbers(rig) == [*range(5), *range(50, 53), *range(100, 100 + ROUNDS * 10)]
    assert [event for event, _ in told(rig)] == ["opened", "resolved"]


def test_without_any_reserve_left_only_what_frees_space_is_taken() -> None:
    rig = a_rig([lines(0, 200)])
    rig.down = {"lake"}
    rig.run(MINUTE)
    squeeze(rig, reserve=0)
    before = len(rig.trace)
    rig.tell(override(120.0, request=7))
    assert 7 not in rig.replies
    rig.down = set()
    rig.run(10 * MINUTE)
    assert rig.store.load().segments == []
    assert rig.replies[7].fact_key
    given = [item for item in rig.trace[before:] if isinstance(item, Commit)]
    assert any(commit.transaction.cursors and commit.essential for commit in given)
