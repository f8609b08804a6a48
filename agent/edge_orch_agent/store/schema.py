"""The tables of an agent's store, as the list of migrations that make them."""

from __future__ import annotations

import sqlite3

APPLICATION_ID = 0x454F4147
"""`EOAG` in the file's header: how a database of another program is told from ours."""

MIGRATIONS: tuple[str, ...] = (
    """
    CREATE TABLE position(job TEXT, partition TEXT, value BLOB NOT NULL, PRIMARY KEY(job, partition)) WITHOUT ROWID;
    CREATE TABLE state(job TEXT PRIMARY KEY, value BLOB NOT NULL) WITHOUT ROWID;
    CREATE TABLE segment(
      id INTEGER PRIMARY KEY, job TEXT NOT NULL, output TEXT NOT NULL, sink TEXT NOT NULL, sequence INTEGER NOT NULL,
      version INTEGER NOT NULL, count INTEGER NOT NULL, size INTEGER NOT NULL, priority TEXT NOT NULL,
      created_us INTEGER NOT NULL, subject TEXT NOT NULL, crc INTEGER NOT NULL, data BLOB NOT NULL,
      UNIQUE(job, output, sink, sequence));
    CREATE TABLE cursor(
      job TEXT, output TEXT, sink TEXT, sequence INTEGER NOT NULL, PRIMARY KEY(job, output, sink)) WITHOUT ROWID;
    CREATE TABLE change(
      actor BLOB, seq INTEGER, hash BLOB NOT NULL UNIQUE, lamport INTEGER NOT NULL, raw BLOB NOT NULL,
      PRIMARY KEY(actor, seq)) WITHOUT ROWID;
    CREATE TABLE dead(
      id INTEGER PRIMARY KEY, job TEXT NOT NULL, version INTEGER NOT NULL, at_us INTEGER NOT NULL, step TEXT NOT NULL,
      field TEXT NOT NULL, reason TEXT NOT NULL, partition TEXT NOT NULL, position INTEGER NOT NULL, raw BLOB NOT NULL);
    CREATE TABLE ledger(
      job TEXT, version INTEGER, stream TEXT, fate TEXT, count INTEGER NOT NULL,
      PRIMARY KEY(job, version, stream, fate)) WITHOUT ROWID;
    CREATE TABLE slot(
      job TEXT, slot TEXT, version INTEGER NOT NULL, digest TEXT NOT NULL, generation INTEGER NOT NULL,
      PRIMARY KEY(job, slot)) WITHOUT ROWID;
    CREATE TABLE envelope(digest TEXT PRIMARY KEY, data BLOB NOT NULL);
    """,
    """
    CREATE TABLE dropped(
      job TEXT, output TEXT, sink TEXT, first INTEGER, last INTEGER NOT NULL, version INTEGER NOT NULL,
      count INTEGER NOT NULL, reason TEXT NOT NULL, at_us INTEGER NOT NULL,
      PRIMARY KEY(job, output, sink, first)) WITHOUT ROWID;
    """,
    """
    CREATE TABLE epoch(first_sequence INTEGER NOT NULL);
    """,
    """
    ALTER TABLE segment ADD COLUMN run TEXT NOT NULL DEFAULT '';
    """,
    """
    CREATE TABLE wear(day TEXT PRIMARY KEY, written INTEGER NOT NULL, delivered INTEGER NOT NULL) WITHOUT ROWID;
    """,
    """
    CREATE TABLE twin_epoch(number INTEGER NOT NULL, root BLOB NOT NULL, length INTEGER NOT NULL, past BLOB NOT NULL);
    CREATE TABLE archive(id INTEGER PRIMARY KEY, section TEXT NOT NULL, key TEXT NOT NULL, text TEXT NOT NULL);
    """,
    """
    CREATE TABLE maker(id INTEGER PRIMARY KEY, content BLOB NOT NULL UNIQUE);
    CREATE TABLE lineage(id INTEGER PRIMARY KEY, maker INTEGER NOT NULL, at_us INTEGER NOT NULL, content BLOB NOT NULL);
    """,
    """
    CREATE TABLE replay(job TEXT, id INTEGER, content BLOB NOT NULL, PRIMARY KEY(job, id)) WITHOUT ROWID;
    """,
    """
    ALTER TABLE segment ADD COLUMN first INTEGER NOT NULL DEFAULT 0;
    """,
)
"""Each brings a file from `user_version` = its index to the next; what stands here is never changed, only added to."""


def migrate(database: sqlite3.Connection, version: int, to: int = len(MIGRATIONS)) -> None:
    """Bring the tables from `version` to another; the caller begins and commits."""
    for migration in MIGRATIONS[version:to]:
        for statement in migration.split(";"):
            database.execute(statement)
