"""Faults of ANCHORS 4 that no other test plays, by number; docs/fault-tests.md is the index of all."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
from edge_orch_agent.core.transaction import StreamId, Transaction
from edge_orch_agent.store.sqlite_store import SqliteStore

from edge_orch.errors import StorageError
from edge_orch.testing.clock import START_US
from edge_orch.time import DAY, HOUR, MINUTE, SECOND, ClockQuality
from tests.contracts.stored import STREAM, a_segment
from tests.unit.agent.core.numbered_source import Source
from tests.unit.agent.core.press import (
    FEVER,
    JOB,
    WITH_ANOTHER_SUMMARY,
    WITH_ANOTHER_WINDOW,
    a_rig,
    lines,
    numbers,
    patient,
    told,
    windows,
)
from tests.unit.agent.core.rig import Rig

TWO_SINKS = JOB.replace(
    "    stats: {from: per_window, to: lake}",
    "    stats: {from: per_window, to: lake}\n    copy: {from: parsed, to: pond}",
).replace("    oncall:", "    pond: {http: {url: 'http://127.0.0.1:1/pond'}}\n    oncall:")


def streamed(count: int, size: int = 5) -> list[bytes]:
    return [lines(n * size, size) for n in range(count)]


def test_1_a_sink_that_is_down_over_a_restart_gets_everything_once() -> None:
    rig = a_rig(streamed(10))
    rig.down = {"lake"}
    rig.run(MINUTE)
    rig.restart()
    rig.sources["press"].batches = streamed(20)
    rig.run(MINUTE)
    rig.down = set()
    rig.run(10 * MINUTE)
    assert numbers(rig) == list(range(100))


def test_3_what_was_not_synced_when_the_power_went_is_gone_and_all_before_it_is_there(tmp_path: Path) -> None:
    """Every commit is synced; behind the last one the log may end anywhere, or hold zeros, or anything."""
    path, log = tmp_path / "agent.db", tmp_path / "agent.db-wal"
    store = SqliteStore(path, ballast_bytes=4096)
    synced = [log.stat().st_size]
    for sequence in range(1, 6):
        store.commit(Transaction(segments=[a_segment(sequence)]))
        synced.append(log.stat().st_size)
    for commits, length in enumerate(synced):
        following = synced[commits + 1] if commits + 1 < len(synced) else length
        for tail in range(length, following, 257):
            for garbage in (b"", bytes(400), b"\xff" * 400):
                after = tmp_path / "after"
                after.mkdir()
                shutil.copy(path, after / "agent.db")
                (after / "agent.db-wal").write_bytes(log.read_bytes()[:tail] + garbage)
                found = SqliteStore(after / "agent.db", ballast_bytes=4096)
                sequences = [info.sequence for info in found.load().segments]
                assert sequences == list(range(1, commits + 1)), (commits, tail, garbage[:1])
                found.close()
                shutil.rmtree(after)
    store.close()


def test_5_a_cursor_that_points_at_nothing_neither_stops_nor_repeats_anything() -> None:
    rig = a_rig(streamed(2))
    rig.run(MINUTE)
    lake = StreamId("press", "raw", "lake")
    rig.store.commit(Transaction(cursors={lake: 1_000}))
    rig.restart()
    rig.sources["press"].batches = streamed(6)
    rig.run(MINUTE)
    assert numbers(rig) == list(range(30))
    assert rig.store.load().next_sequence[lake] > 1_000


def test_6_a_disk_that_can_only_be_read_or_fails_stops_nothing_for_good(tmp_path: Path) -> None:
    store = SqliteStore(tmp_path / "agent.db", ballast_bytes=4096)
    store.commit(Transaction(segments=[a_segment(1)]))
    store._database.execute("PRAGMA query_only = ON")
    with pytest.raises(StorageError):
        store.commit(Transaction(segments=[a_segment(2)]))
    assert store.segment(STREAM, 1) == a_segment(1)
    store._database.execute("PRAGMA query_only = OFF")
    store.commit(Transaction(segments=[a_segment(2)]))
    assert [info.sequence for info in store.load().segments] == [1, 2]
    rig = a_rig(streamed(20))
    rig.commits_to_fail = 12  # a disk that gives errors, for any reason
    rig.run(20 * MINUTE)
    assert numbers(rig) == list(range(100))


def test_7_an_invalid_job_leaves_the_backlog_alone() -> None:
    rig = a_rig(streamed(10))
    rig.down = {"lake"}
    rig.run(10 * MINUTE)
    waiting = rig.store.load().segments
    plan = rig.controller.desire(WITH_ANOTHER_SUMMARY, 2)
    for digest in list(rig.controller.envelopes)[-1:]:
        rig.controller.envelopes[digest] = b"{}"
    rig.run(MINUTE)
    assert rig.store.load().segments == waiting
    assert rig.core.view().jobs[0].version == 1
    assert plan.name == "press"
    rig.down = set()
    rig.run(10 * MINUTE)
    assert numbers(rig) == list(range(50))


def test_8_up_and_down_again_with_a_backlog() -> None:
    rig = a_rig(streamed(4))
    rig.down = {"lake"}
    rig.run(2 * MINUTE)
    for version, text in ((2, WITH_ANOTHER_WINDOW), (3, JOB.replace("hot'", "hot!'")), (1, JOB)):
        rig.desire(text, version)
        rig.sources["press"].batches = streamed(len(rig.sources["press"].batches) + 4)
        rig.run(2 * MINUTE)
        rig.restart()
    rig.down = set()
    rig.run(10 * MINUTE)
    assert numbers(rig) == list(range(80))
    assert rig.core.view().jobs[0].version == 1


def test_9_of_two_sinks_of_one_kind_the_dead_one_stalls_only_itself() -> None:
    rig = Rig()
    rig.sources["press"] = Source(streamed(10))
    rig.desire(TWO_SINKS, 1)
    rig.link(up=True)
    rig.down = {"lake"}
    rig.run(10 * MINUTE)
    assert len(rig.records("pond")) == 50
    assert rig.records("lake") == []
    rig.down = set()
    rig.run(10 * MINUTE)
    assert numbers(rig) == list(range(50))
    assert len(rig.records("pond")) == 50


def test_11_a_permanent_rejection_is_a_dead_letter_in_the_ledger_and_after_a_restart() -> None:
    rig = a_rig(streamed(4))
    rig.poison = b'"n"'  # not one raw record is taken, ever
    rig.run(10 * MINUTE)
    rig.restart()
    rig.run(MINUTE)
    assert numbers(rig) == []
    assert rig.ledger()["raw/lake", "dead"] == 20
    assert {letter.letter.reason for letter in rig.dead()} == {"HTTP 422"}
    assert len(rig.dead()) == 20
    assert [account for account in rig.core.ledger.accounts() if account.gap] == []


def test_12_dead_letters_survive_restarts_and_keep_their_cap() -> None:
    rig = Rig()
    rig.sources["press"] = Source([])
    rig.desire(JOB + "  limits: {dead_letters: 1KiB}\n", 1)
    rig.link(up=True)
    for turn in range(1, 6):
        rig.sources["press"].batches += [b"x" * 100 + b"\n"] * 5
        rig.run(10 * SECOND)
        rig.restart()
        assert len(rig.dead()) == min(turn * 5, 10)
    assert rig.ledger()["parsed", "dropped:dead_letters_full"] == 15


def test_14_the_last_records_are_delivered_without_new_input() -> None:
    rig = a_rig([lines(0, 3)])
    rig.run(10 * MINUTE)
    assert numbers(rig) == [0, 1, 2]
    assert windows(rig) == [(3, "2026-01-01T00:00:00Z")]


def test_16_reloads_under_load_with_a_stalled_sink_lose_nothing() -> None:
    rig = a_rig(streamed(5))
    rig.down = {"lake"}
    for turn in range(30):
        text = (JOB, WITH_ANOTHER_SUMMARY, WITH_ANOTHER_WINDOW)[turn % 3]
        rig.desire(text, 2 + turn)
        rig.sources["press"].batches = streamed(10 + turn * 5)
        rig.run(SECOND)
    rig.down = set()
    rig.run(10 * MINUTE)
    assert numbers(rig) == list(range(155 * 5))
    assert sum(count for count, _ in windows(rig)) == 155 * 5


@pytest.mark.parametrize("off_us", [HOUR, -HOUR, -START_US])
def test_19_a_clock_that_is_set_changes_neither_windows_nor_alerts_nor_what_is_delivered(off_us: int) -> None:
    rig, calm = a_rig(FEVER), a_rig(FEVER)
    calm.run(10 * MINUTE)
    rig.sources["press"].batches = []
    for number in range(1, len(FEVER) + 1):
        rig.clock.wall_offset_us = off_us if number % 2 else 0
        rig.clock.quality = ClockQuality.UNKNOWN if rig.clock.wall_offset_us == -START_US else ClockQuality.SYNCED
        rig.sources["press"].batches = FEVER[:number]
        rig.run(5 * SECOND)
        if number == 2:
            rig.restart()
    rig.clock.wall_offset_us, rig.clock.quality = 0, ClockQuality.SYNCED
    rig.run(10 * MINUTE)
    assert numbers(rig) == numbers(calm)
    assert sorted(windows(rig)) == sorted(windows(calm))
    assert told(rig) == told(calm)
    assert rig.ledger() == calm.ledger()


def test_19_sixty_days_alone_under_a_clock_that_was_never_set_lose_nothing() -> None:
    rig = patient(a_rig([]))
    rig.run(MINUTE)
    rig.link(up=False)
    rig.clock.wall_offset_us, rig.clock.quality = -START_US, ClockQuality.UNKNOWN
    rig.restart()
    rig.down = {"lake"}
    for day in range(60):
        rig.sources["press"].batches = streamed(day + 1)
        rig.run(DAY)
    assert rig.core.view().jobs[0].version == 1
    rig.down = set()
    rig.run(2 * DAY)
    assert numbers(rig) == list(range(300))  # max_age is 30 days; nothing expires by a clock that nobody set


def test_20_flapping_restarts_and_a_sink_that_is_down_tell_each_episode_once_and_in_order() -> None:
    flapping = [lines(n * 5, 5, 99.0 if n % 2 else 20.0) for n in range(20)]
    rig = a_rig([])
    rig.down = {"oncall"}
    for count in range(1, 21):
        rig.sources["press"].batches = flapping[:count]
        rig.run(SECOND)
        if count % 3 == 0:
            rig.restart()
    rig.down = set()
    rig.run(10 * MINUTE)
    events = [event for event, _ in told(rig)]
    assert events == ["opened", "resolved"] * 9 + ["opened"]
    assert all(count == 1 for key, count in rig.deliveries.items() if "/alerts/" in key)
