"""What the demo reads from an agent's folder, held against the agent's own store."""

from __future__ import annotations

import sqlite3
import subprocess
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest
from edge_orch_agent.store.schema import MIGRATIONS
from edge_orch_controller.demo.fleet import COMMAND, Member, dead_letters, dropped, undelivered

from edge_orch.errors import EdgeOrchError


@pytest.fixture
def member(tmp_path: Path) -> Member:
    return Member("austin-press-line", "austin", tmp_path)


@pytest.fixture
def database(member: Member) -> Iterator[sqlite3.Connection]:
    with closing(sqlite3.connect(member.folder / "agent.db", isolation_level=None)) as connection:
        connection.execute("PRAGMA journal_mode=WAL")
        for migration in MIGRATIONS:
            connection.executescript(migration)
        yield connection


def test_numbers_of_dead_letters_each_once(member: Member, database: sqlite3.Connection) -> None:
    for raw in (b"1.5 press-3 n=7 TEMP=\xff\xfeC", b"1.5 press-3 n=7 TEMP=\xff\xfeC", b"what is this"):
        database.execute(
            "INSERT INTO dead(job, version, at_us, step, field, reason, partition, position, raw)"
            " VALUES('j', 1, 0, 's', '', 'r', 'p', 0, ?)",
            (raw,),
        )
    assert dead_letters(member) == {("austin", "press-3", 7)}


def test_what_is_in_the_outbox_and_what_was_dropped(member: Member, database: sqlite3.Connection) -> None:
    assert (undelivered(member), dropped(member)) == (0, 0)
    database.execute(
        "INSERT INTO segment"
        "(job, output, sink, sequence, version, count, size, priority, created_us, subject, crc, data)"
        " VALUES('j', 'raw', 'lake', 1, 1, 1, 1, 'low', 0, '', 0, x'00')"
    )
    database.execute("INSERT INTO ledger VALUES('j', 1, 'raw/lake', 'dropped:age', 3)")
    database.execute("INSERT INTO ledger VALUES('j', 1, 'raw/lake', 'delivered', 9)")
    assert (undelivered(member), dropped(member)) == (1, 3)


def test_no_database_is_said_in_words(member: Member) -> None:
    with pytest.raises(EdgeOrchError, match="cannot read"):
        undelivered(member)


def test_a_module_where_the_demo_is_called_is_not_ours(tmp_path: Path) -> None:
    (tmp_path / "click.py").write_text("raise SystemExit(9)")
    ended = subprocess.run([*COMMAND, "--version"], cwd=tmp_path, capture_output=True, check=False)
    assert ended.returncode == 0
