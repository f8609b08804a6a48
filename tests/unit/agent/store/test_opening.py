"""Files that cannot be used as they are (ANCHORS 4, 5, 8): set aside, told, and what they hold saved."""

from __future__ import annotations

import os
import re
import sqlite3
from pathlib import Path
from random import Random

import pytest
from edge_orch_agent.core.outbox import Outbox
from edge_orch_agent.core.transaction import Transaction
from edge_orch_agent.store.sqlite_store import SqliteStore

from tests.contracts.stored import OTHER, STREAM, a_full_transaction, a_segment
from tests.unit.agent.store.killing import NOON, PAGE, kill, opened


def a_backlog(path: Path, segments: int = 200) -> SqliteStore:
    store = opened(path)
    store.commit(a_full_transaction())
    store.commit(Transaction(segments=[a_segment(n, b"x%d\n" % n * 999) for n in range(3, segments)]))
    return store


def test_4_pages_torn_in_the_middle_cost_only_what_stood_there(path: Path) -> None:
    a_backlog(path, 2_000).close()
    sound = path.read_bytes()
    middle = len(sound) // 2 // PAGE * PAGE
    damaged = sound[:middle] + b"\xff" * 4 * PAGE + sound[middle + 4 * PAGE :]
    path.write_bytes(damaged)
    store = opened(path)
    assert store.set_aside == path.with_name("agent.db.damaged-20260101T120000Z")
    assert store.set_aside.read_bytes() == damaged
    state = store.load()
    assert "agent.db.damaged-20260101T120000Z" in state.report
    assert "incomplete: segment" in state.report
    assert 1_500 < len([info for info in state.segments if info.stream == STREAM]) < 2_000
    sound_state = a_full_transaction()
    assert (state.positions, state.slots) == (sound_state.positions, sound_state.slots)
    assert (state.envelopes, state.changes) == (sound_state.envelopes, sound_state.changes)
    store.commit(Transaction(cursors={OTHER: 1}))
    store.close()
    assert opened(path).load().report == ""


def test_4_flipped_bits_anywhere_never_stop_the_agent(path: Path) -> None:
    a_backlog(path).close()
    sound = path.read_bytes()
    chance = Random(4)  # noqa: S311
    for _ in range(40):
        damaged = bytearray(sound)
        for _ in range(8):
            damaged[chance.randrange(len(damaged))] ^= 1 << chance.randrange(8)
        path.write_bytes(damaged)
        store = opened(path)
        for info in store.load().segments:
            store.segment(info.stream, info.sequence)
        store.commit(Transaction(positions={}, segments=[a_segment(NOON + 9_999)]))
        store.close()
        for part in path.parent.iterdir():
            part.unlink()


def test_4_a_log_with_a_torn_tail_holds_all_that_was_whole(path: Path) -> None:
    store = a_backlog(path)
    store.commit(Transaction(cursors={OTHER: 1}))
    whole = {part: part.read_bytes() for part in path.parent.glob("agent.db*")}
    store.commit(Transaction(cursors={STREAM: 150}))
    store.close()
    for part, data in whole.items():
        part.write_bytes(data[:-700] if part.name.endswith("-wal") else data)
    path.with_name("agent.db-shm").unlink()
    store = opened(path)
    assert store.set_aside is None
    assert len(store.load().segments) >= 199


def test_4_a_file_without_a_beginning_is_begun_anew_and_no_sequence_comes_back(path: Path) -> None:
    a_backlog(path).close()
    path.write_bytes(b"this is no database, whatever its name says" * 100)
    state = opened(path).load()
    assert "saved: nothing" in state.report
    assert Outbox(state).next_sequence(STREAM) == NOON
    assert Outbox(opened(path).load()).next_sequence(STREAM) == NOON


def test_5_a_missing_file_is_begun_anew_and_told(path: Path) -> None:
    assert opened(path).load().report == ""
    a_backlog(path).close()
    path.unlink()
    state = opened(path).load()
    assert state.segments == []
    assert state.report == "agent.db is missing, and all that it held is lost; begun anew"


def test_5_an_empty_file_is_told_like_a_missing_one(path: Path) -> None:
    """To SQLite it is a new database: nothing would be said."""
    killed(path)
    path.write_bytes(b"")
    assert opened(path).load().report == "agent.db is empty, and all that it held is lost; begun anew"


def killed(path: Path) -> None:
    """The database as a killed agent leaves it, with most of it in the log."""
    opened(path).close()
    store = opened(path)
    store.commit(a_full_transaction())
    for number in range(3, 50):
        store.commit(Transaction(segments=[a_segment(number, b"x%d\n" % number * 99)]))
    kill(store, path)


def test_5_a_missing_log_is_told(path: Path) -> None:
    killed(path)
    path.with_name("agent.db-wal").unlink()
    assert (
        "agent.db-wal is missing, and with it all is lost that was committed after the last checkpoint"
        in opened(path).load().report
    )


@pytest.mark.parametrize("ending", ["", "-wal", "-shm"])
def test_a_folder_in_the_place_of_a_file_goes_aside_and_work_goes_on(path: Path, ending: str) -> None:
    killed(path)
    place = path.with_name(path.name + ending)
    place.unlink(missing_ok=True)
    place.mkdir()
    (place / "notes.txt").write_text("somebody's")
    store = opened(path)
    assert bool(store.load().report) == (ending != "-shm")
    store.commit(Transaction(cursors={OTHER: 1}))
    aside = path.with_name(f"{place.name}.foreign-20260101T120000Z")
    assert (aside / "notes.txt").read_text() == "somebody's"


@pytest.mark.parametrize("ending", ["", "-wal"])
def test_a_named_pipe_in_the_place_of_a_file_goes_aside_and_nobody_waits(path: Path, ending: str) -> None:
    killed(path)
    place = path.with_name(path.name + ending)
    place.unlink()
    os.mkfifo(place)
    assert opened(path).load().report
    assert path.with_name(f"{place.name}.foreign-20260101T120000Z").is_fifo()


def test_4_a_flipped_bit_in_the_log_is_put_right_and_told(path: Path) -> None:
    killed(path)
    log = path.with_name("agent.db-wal")
    damaged = bytearray(log.read_bytes())
    damaged[len(damaged) // 2] ^= 16
    log.write_bytes(damaged)
    state = opened(path).load()
    assert "agent.db-wal.damaged-20260101T120000Z: flipped bits were found" in state.report
    assert path.with_name("agent.db-wal.damaged-20260101T120000Z").read_bytes() == damaged
    assert len([info for info in state.segments if info.stream == STREAM]) == 49


def test_4_torn_pages_in_the_middle_of_the_log_do_not_take_what_follows_with_them(path: Path) -> None:
    killed(path)
    log = path.with_name("agent.db-wal")
    damaged = bytearray(log.read_bytes())
    middle = len(damaged) // 2
    damaged[middle : middle + 300] = b"\xff" * 300
    log.write_bytes(damaged)
    store = opened(path)
    state = store.load()
    assert "the database's log was damaged" in state.report
    sequences = [info.sequence for info in state.segments if info.stream == STREAM]
    assert sequences[-1] == 49
    assert len(sequences) > 40
    store.commit(Transaction(segments=[a_segment(NOON + 1)]))


def test_a_clean_stop_leaves_nothing_to_wonder_about(path: Path) -> None:
    opened(path).close()
    assert sorted(part.name for part in path.parent.iterdir()) == ["agent.db"]
    assert opened(path).load().report == ""


def test_8_a_file_of_a_newer_version_is_set_aside_and_read_as_far_as_it_is_understood(path: Path) -> None:
    a_backlog(path).close()
    with sqlite3.connect(path) as database:
        database.execute("ALTER TABLE segment ADD COLUMN codec TEXT")
        database.execute("DROP TABLE ledger")
        database.execute("PRAGMA user_version = 99")
    store = opened(path)
    assert store.set_aside is not None
    assert store.set_aside.name == "agent.db.newer-20260101T120000Z"
    state = store.load()
    assert "schema 99" in state.report
    assert "incomplete: ledger" in state.report
    assert len(state.segments) == 200
    assert store.segment(STREAM, 5) == a_segment(5, b"x5\n" * 999)


def test_a_database_of_another_program_is_set_aside_untouched(path: Path) -> None:
    with sqlite3.connect(path) as database:
        database.execute("CREATE TABLE segment(id)")
    before = path.read_bytes()
    store = opened(path)
    assert store.set_aside is not None
    assert store.set_aside.name.startswith("agent.db.foreign-")
    assert store.set_aside.read_bytes() == before
    assert store.load().segments == []


def test_a_second_damaged_file_does_not_replace_the_first(path: Path) -> None:
    for _ in range(2):
        path.write_bytes(b"no database" * 100)
        opened(path).close()
    assert sorted(entry.name for entry in path.parent.glob("*.damaged*")) == [
        "agent.db.damaged-20260101T120000Z",
        "agent.db.damaged-20260101T120000Z-1",
    ]


def test_the_power_may_go_between_the_renames(path: Path) -> None:
    a_backlog(path).close()
    path.rename(path.with_name("agent.db.rebuilt"))
    assert len(opened(path).load().segments) == 200


def test_a_rebuilt_file_that_was_not_finished_is_begun_again(path: Path) -> None:
    a_backlog(path).close()
    path.with_name("agent.db.rebuilt").write_bytes(b"half of it")
    path.write_bytes(path.read_bytes()[:-PAGE])
    store = opened(path)
    assert store.set_aside is not None
    assert len(store.load().segments) > 100


@pytest.mark.parametrize("table", ["segment", "position", "epoch", "change"])
@pytest.mark.parametrize("place", [0, 15, 24])
def test_4_one_flipped_bit_in_the_description_of_a_table_costs_nothing(path: Path, table: str, place: int) -> None:
    a_backlog(path, 20).close()
    before = opened(path)
    sound = before.load()
    before.close()
    begin = b"CREATE TABLE %s(" % table.encode()
    damaged = path.read_bytes()
    for found in re.finditer(
        re.escape(begin) + b".{20}", damaged, re.DOTALL
    ):  # pages that are not in use may hold it, too
        hit = bytearray(found.group())
        hit[place] ^= 2
        damaged = damaged.replace(found.group(), hit)
    path.write_bytes(damaged)
    store = opened(path)
    state = store.load()
    assert store.set_aside is not None
    assert store.set_aside.read_bytes() == damaged
    assert (state.segments, state.positions, state.slots) == (sound.segments, sound.positions, sound.slots)
    assert (state.changes, state.ledger, state.cursors) == (sound.changes, sound.ledger, sound.cursors)
    assert "incomplete: nothing" in state.report
    assert not [part for part in path.parent.iterdir() if "described" in part.name]


def test_4_a_schema_that_was_hit_is_damage_like_any_other(path: Path) -> None:
    a_backlog(path).close()
    path.write_bytes(path.read_bytes().replace(b"first_sequence", b"first_sequencf"))
    store = opened(path)
    state = store.load()
    assert store.set_aside is not None
    assert "the description of its tables is not ours" in state.report
    assert len(state.segments) == 200
