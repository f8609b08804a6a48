"""Logs that SQLite itself wrote, damaged in every place."""

from __future__ import annotations

import contextlib
import sqlite3
import struct
from contextlib import closing
from functools import lru_cache
from pathlib import Path
from random import Random
from tempfile import TemporaryDirectory

import pytest
from edge_orch_agent.store.log_check import Checked, Condition, check_log
from hypothesis import given
from hypothesis import strategies as st

PAGE = 1024
FRAME = PAGE + 24


@lru_cache
def a_database() -> tuple[bytes, bytes]:
    """A file and its log: three commits of several pages each, nothing carried over yet."""
    with TemporaryDirectory() as folder:
        path = Path(folder) / "x.db"
        with closing(sqlite3.connect(path, isolation_level=None)) as database:
            database.executescript(f"PRAGMA page_size={PAGE}; PRAGMA journal_mode=WAL; CREATE TABLE t(a)")
            noise = Random(1)  # noqa: S311
            for _ in range(3):
                database.execute("INSERT INTO t VALUES(?)", (noise.randbytes(1_500),))
            return path.read_bytes(), Path(f"{path}-wal").read_bytes()


def a_log() -> bytes:
    return a_database()[1]


def commits(data: bytes) -> list[int]:
    """Which frames end a transaction."""
    count = (len(data) - 32) // FRAME
    return [number for number in range(count) if struct.unpack_from(">I", data, 32 + number * FRAME + 4)[0]]


def readable(log: bytes) -> int:
    """How many rows SQLite finds with this log."""
    with TemporaryDirectory() as folder:
        path = Path(folder) / "x.db"
        path.write_bytes(a_database()[0])
        Path(f"{path}-wal").write_bytes(log)
        with closing(sqlite3.connect(path)) as database:
            try:
                count: int = database.execute("SELECT count(*) FROM t").fetchone()[0]
            except sqlite3.OperationalError:  # not even the table is there
                count = 0
        return count


def visible(log: bytes) -> int:
    """How many frames SQLite takes from this log."""
    with TemporaryDirectory() as folder:
        path = Path(folder) / "x.db"
        path.write_bytes(a_database()[0])
        Path(f"{path}-wal").write_bytes(log)
        with closing(sqlite3.connect(path)) as database, contextlib.suppress(sqlite3.DatabaseError):
            database.execute("SELECT count(*) FROM sqlite_schema").fetchone()
            _busy, frames, _carried = database.execute("PRAGMA wal_checkpoint").fetchone()
            return int(frames)
        return 0


def test_a_sound_log_is_whole() -> None:
    checked = check_log(a_log())
    assert (checked.condition, checked.data) == (Condition.WHOLE, a_log())
    assert readable(a_log()) == 3
    assert check_log(b"").condition is Condition.WHOLE


@given(st.integers(0, 8 * len(a_log()) - 1))
def test_one_flipped_bit_is_noticed_anywhere_and_put_right_where_it_can_be_told(place: int) -> None:
    damaged = bytearray(a_log())
    damaged[place // 8] ^= 1 << place % 8
    checked = check_log(bytes(damaged))
    assert checked.condition is not Condition.WHOLE
    if checked.condition is Condition.MENDED:
        assert checked.data == a_log()
    else:
        last = (place // 8 - 32) % FRAME in (*range(16, 24), *range(FRAME - 4, FRAME))
        assert place // 8 % 4 == 3 or last, "only these may be ambiguous"


@given(st.sets(st.integers(32, len(a_log()) - 1), min_size=2, max_size=6))
def test_flipped_bits_in_several_frames_are_put_right(places: set[int]) -> None:
    by_frame = {(place - 32) // FRAME: place for place in places}
    damaged = bytearray(a_log())
    for place in by_frame.values():
        damaged[32 + (place - 32) // FRAME * FRAME + min(24 + place % 1_000 // 4 * 4, FRAME - 8)] ^= 16
    assert check_log(bytes(damaged)) == Checked(Condition.MENDED, a_log())


def test_sqlite_itself_would_have_dropped_what_follows() -> None:
    _table, first, *_ = commits(a_log())
    damaged = bytearray(a_log())
    damaged[32 + (first + 1) * FRAME + 500] ^= 4
    assert readable(bytes(damaged)) == 1
    assert readable(check_log(bytes(damaged)).data) == 3


def test_a_frame_that_cannot_be_put_right_does_not_take_later_commits_with_it() -> None:
    _table, first, *_ = commits(a_log())
    damaged = bytearray(a_log())
    start = 32 + (first + 1) * FRAME
    damaged[start + 24 + 800 : start + 24 + 900] = b"\xaa" * 100
    checked = check_log(bytes(damaged))
    assert checked.condition is Condition.FORCED
    assert readable(bytes(damaged)) == 1
    assert readable(checked.data) >= 2


def test_a_header_that_cannot_be_read_is_made_anew_from_the_frames() -> None:
    checked = check_log(b"\0" * 32 + a_log()[32:])
    assert checked.condition is Condition.FORCED
    assert readable(b"\0" * 32 + a_log()[32:]) == 0
    assert readable(checked.data) == 3


@given(st.integers(0, len(a_log())), st.integers(1, 3 * FRAME))
def test_an_erased_block_costs_no_commit_that_comes_behind_it(start: int, length: int) -> None:
    """Flash loses whole blocks, the first or any other: to zeros, which SQLite takes for the end of the log."""
    damaged = bytearray(a_log())
    damaged[start : start + length] = bytes(min(length, len(damaged) - start))
    checked = check_log(bytes(damaged))
    ours = [place for place in range(32, len(damaged), FRAME) if damaged[place + 8 : place + 16] == a_log()[16:24]]
    whole = [place for place in ours if damaged[place : place + FRAME] == a_log()[place : place + FRAME]]
    if checked.condition is Condition.FORCED and len(ours) > 1:
        kept = {checked.data[place + 24 : place + FRAME] for place in range(32, len(checked.data), FRAME)}
        assert kept >= {bytes(damaged[place + 24 : place + FRAME]) for place in whole}
        assert visible(checked.data) == (len(checked.data) - 32) // FRAME


@pytest.mark.parametrize("cut", [0, 1, 17, 24, 500, FRAME, FRAME + 1, 2 * FRAME])
def test_a_log_that_is_cut_off_in_its_last_commit_is_whole(cut: int) -> None:
    data = a_log()[: len(a_log()) - cut]
    assert check_log(data).condition is Condition.WHOLE


def test_of_an_older_log_nothing_is_taken() -> None:
    """After a checkpoint a log is overwritten from its beginning: what follows the newest frames is of another time."""
    _table, first, *_ = commits(a_log())
    data = bytearray(a_log())
    for number in range(first + 1, (len(data) - 32) // FRAME):
        for place in (8, 16):  # salts, and the checksum that goes with them
            data[32 + number * FRAME + place] ^= 0xFF
    checked = check_log(bytes(data))
    assert (checked.condition, readable(checked.data)) == (Condition.WHOLE, 1)


@pytest.mark.parametrize(("stale", "condition"), [(True, Condition.WHOLE), (False, Condition.DOUBTFUL)])
def test_the_last_commit_may_have_been_torn_or_damaged(stale: bool, condition: Condition) -> None:
    *_, before, last = commits(a_log())
    assert last - before > 1
    data = bytearray(a_log())
    start = 32 + (before + 1) * FRAME
    data[start + 24 : start + 24 + 512] = b"\0" * 512
    if stale:
        data[start + 8 : start + 16] = b"\0" * 8
    assert check_log(bytes(data)).condition is condition
