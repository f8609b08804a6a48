"""The tables of the controller's database, and how an older file comes to them."""

from __future__ import annotations

APPLICATION_ID = 0x656F6374  # "eoct": tells our files from other programs' (PRAGMA application_id)

# One entry a schema version, applied in order; PRAGMA user_version counts them. A released entry is never changed.
MIGRATIONS = (
    """
    CREATE TABLE versions (
      job TEXT NOT NULL, version INTEGER NOT NULL, digest TEXT NOT NULL, source TEXT NOT NULL,
      plan BLOB NOT NULL, envelope BLOB NOT NULL, applied_at_us INTEGER NOT NULL, applied_by TEXT NOT NULL,
      PRIMARY KEY (job, version), UNIQUE (digest)
    ) STRICT;
    CREATE TABLE rollouts (
      job TEXT NOT NULL, generation INTEGER NOT NULL, id TEXT NOT NULL UNIQUE, started_at_us INTEGER NOT NULL,
      record BLOB NOT NULL,
      PRIMARY KEY (job, generation)
    ) STRICT;
    CREATE TABLE agents (
      name TEXT PRIMARY KEY, public_key BLOB NOT NULL, labels TEXT NOT NULL, enrolled_at_us INTEGER NOT NULL,
      last_seen_us INTEGER NOT NULL
    ) STRICT;
    CREATE TABLE tokens (
      digest TEXT PRIMARY KEY, used_by TEXT NOT NULL, record BLOB NOT NULL
    ) STRICT;
    CREATE TABLE changes (
      agent TEXT NOT NULL, actor BLOB NOT NULL, seq INTEGER NOT NULL, hash BLOB NOT NULL, lamport INTEGER NOT NULL,
      raw BLOB NOT NULL,
      PRIMARY KEY (agent, actor, seq)
    ) STRICT;
    CREATE TABLE facts (
      agent TEXT NOT NULL, section TEXT NOT NULL, key TEXT NOT NULL, value BLOB NOT NULL,
      PRIMARY KEY (agent, section, key)
    ) STRICT, WITHOUT ROWID;
    CREATE INDEX facts_by_section ON facts (section, agent);
    CREATE TABLE audit (
      id INTEGER PRIMARY KEY, at_us INTEGER NOT NULL, who TEXT NOT NULL, what TEXT NOT NULL, subject TEXT NOT NULL,
      detail TEXT NOT NULL
    ) STRICT;
    CREATE TRIGGER audit_keeps_what_it_said BEFORE UPDATE ON audit
      BEGIN SELECT RAISE(ABORT, 'the audit log is append-only'); END;
    CREATE TRIGGER audit_forgets_nothing BEFORE DELETE ON audit
      BEGIN SELECT RAISE(ABORT, 'the audit log is append-only'); END;
    """,
    """
    CREATE TABLE epochs (
      agent TEXT PRIMARY KEY, number INTEGER NOT NULL, root BLOB NOT NULL, length INTEGER NOT NULL, past BLOB NOT NULL
    ) STRICT;
    CREATE TABLE archive (
      id INTEGER PRIMARY KEY, agent TEXT NOT NULL, section TEXT NOT NULL, key TEXT NOT NULL, text TEXT NOT NULL
    ) STRICT;
    CREATE INDEX archive_by_agent ON archive (agent);
    """,
    """
    ALTER TABLE archive ADD COLUMN left_at_us INTEGER NOT NULL DEFAULT 0;
    CREATE TABLE dropped (
      agent TEXT PRIMARY KEY, facts INTEGER NOT NULL, size INTEGER NOT NULL, until_us INTEGER NOT NULL
    ) STRICT;
    """,
)
