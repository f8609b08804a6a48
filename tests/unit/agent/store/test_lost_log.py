"""A young database, which lives almost wholly in its log, without it (ANCHORS 5)."""

from __future__ import annotations

from pathlib import Path

import pytest
from edge_orch_agent.core.transaction import Transaction
from edge_orch_agent.store.space import shorten_log

from tests.contracts.stored import a_full_transaction, a_segment
from tests.unit.agent.store.killing import kill, opened


def young_and_killed(path: Path, *, shortened: bool = False) -> None:
    """A database of its first hour, whose agent was killed; `shortened`: when its log had just been emptied."""
    store = opened(path)
    store.commit(a_full_transaction())
    store.commit(Transaction(segments=[a_segment(9)]))
    if shortened:
        shorten_log(store._database)
    kill(store, path)


@pytest.mark.parametrize("how", ["empty", "missing"])
def test_5_a_young_database_that_loses_its_log_keeps_its_jobs_and_tells(path: Path, how: str) -> None:
    young_and_killed(path)
    log = path.with_name("agent.db-wal")
    if how == "empty":
        log.write_bytes(b"")
    else:
        log.unlink()
    store = opened(path)
    state, sound = store.load(), a_full_transaction()
    assert f"agent.db-wal is {how}, and with it all is lost that was committed after" in state.report
    assert (state.slots, state.envelopes, state.changes) == (sound.slots, sound.envelopes, sound.changes)
    store.close()
    assert opened(path).load().report == ""


def test_5_a_fresh_database_without_jobs_that_loses_its_log_tells(path: Path) -> None:
    store = opened(path)
    store.commit(Transaction(segments=[a_segment(9)]))
    kill(store, path)
    path.with_name("agent.db-wal").write_bytes(b"")
    assert "agent.db-wal is empty" in opened(path).load().report


def test_a_log_that_was_carried_over_before_the_kill_is_not_missed(path: Path) -> None:
    young_and_killed(path, shortened=True)
    assert path.with_name("agent.db-wal").read_bytes() == b""
    state = opened(path).load()
    assert (state.report, len(state.slots)) == ("", 1)
    assert any(info.sequence == 9 for info in state.segments)


def test_a_start_that_commits_nothing_is_not_missed_either(path: Path) -> None:
    store = opened(path)
    kill(store, path)
    path.with_name("agent.db-wal").write_bytes(b"")
    assert opened(path).load().report == ""
