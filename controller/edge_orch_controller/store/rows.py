"""Records as rows of the database, and back."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Mapping

import msgspec

from edge_orch.twin.change import Change, Vector
from edge_orch.twin.epoch import Epoch, Rolled
from edge_orch.twin.facts import SECTION_OF, Fact, Facts, Section
from edge_orch_controller.core.records import Agent, AuditEntry, Rollout
from edge_orch_controller.core.transaction import TwinUpdate
from edge_orch_controller.store import bulk

# Columns stand in the order of the records' fields.
SELECT_VERSIONS = (
    "SELECT job, version, digest, source, plan, envelope, applied_at_us, applied_by FROM versions "
    "WHERE job = ?1 OR digest = ?2 ORDER BY version DESC"
)
INSERT_VERSION = (
    "INSERT INTO versions (job, version, digest, source, plan, envelope, applied_at_us, applied_by) "
    "VALUES (?, ?, ?, ?, ?, ?, ?, ?)"
)
SELECT_AGENTS = (
    "SELECT name, public_key, labels, enrolled_at_us, last_seen_us FROM agents "
    "WHERE ?1 IS NULL OR name = ?1 ORDER BY name"
)
REPLACE_AGENT = (
    "INSERT OR REPLACE INTO agents (name, public_key, labels, enrolled_at_us, last_seen_us) VALUES (?, ?, ?, ?, ?)"
)

INSERT_CHANGES = "INSERT OR REPLACE INTO changes"

_FACT_DECODERS: dict[Section, msgspec.json.Decoder[Fact]] = {
    section: msgspec.json.Decoder(kind) for kind, section in SECTION_OF.items()
}


def facts_of(rows: Iterable[tuple[str, str, bytes]]) -> Facts:
    """The facts in rows of `(section, key, JSON)`."""
    sections: dict[str, dict[str, Fact]] = {section.value: {} for section in SECTION_OF.values()}
    for section, key, data in rows:
        sections[section][key] = _FACT_DECODERS[Section(section)].decode(data)
    return Facts(**sections)  # type: ignore[arg-type]  # the decoders keep each section to its kind


def agent_of(row: tuple[str, bytes, str, int, int]) -> Agent:
    """The agent in a row of `agents`."""
    name, public_key, labels, enrolled_at_us, last_seen_us = row
    return Agent(
        name,
        public_key,
        msgspec.json.decode(labels, type=dict[str, str]),
        enrolled_at_us,
        last_seen_us,
    )


def agent_row(agent: Agent) -> tuple[str, bytes, str, int, int]:
    """The row of `agents` for an agent."""
    labels = msgspec.json.encode(agent.labels).decode()
    return agent.name, agent.public_key, labels, agent.enrolled_at_us, agent.last_seen_us


def rollout_of(record: bytes) -> Rollout:
    return msgspec.json.decode(record, type=Rollout)


def wished(db: sqlite3.Connection, job: str) -> tuple[int, int]:
    """The highest version and generation of the job in any agent's facts."""
    row: tuple[int, int] = db.execute(
        "SELECT coalesce(max(json_extract(CAST(value AS TEXT), '$.version')), 0),"
        " coalesce(max(json_extract(CAST(value AS TEXT), '$.generation')), 0) FROM facts"
        " WHERE section = ?1 AND key BETWEEN ?2 || '/' AND ?2 || '/:'",
        (Section.DESIRED.value, job),
    ).fetchone()
    return row


def write_twins(db: sqlite3.Connection, updates: Mapping[str, TwinUpdate]) -> None:
    """Append the changes, replace the facts. A change that comes again mends a row that was damaged."""
    facts = [
        (agent, SECTION_OF[type(fact)].value, fact.key, msgspec.json.encode(fact))
        for agent, update in updates.items()
        for fact in update.facts
    ]
    for agent, update in updates.items():
        for rolled in update.rolls:
            _write_roll(db, agent, rolled)
    bulk.insert(db, "INSERT OR REPLACE INTO facts", facts)
    changes = [_change_row(agent, change) for agent, update in updates.items() for change in update.changes]
    bulk.insert(db, INSERT_CHANGES, changes)


def _write_roll(db: sqlite3.Connection, agent: str, rolled: Rolled) -> None:
    """The new epoch in place of the old one; what left it leaves the facts."""
    db.execute("DELETE FROM changes WHERE agent = ?", (agent,))
    bulk.insert(db, INSERT_CHANGES, [_change_row(agent, change) for change in rolled.changes])
    epoch = rolled.epoch
    db.execute(
        "INSERT OR REPLACE INTO epochs VALUES (?, ?, ?, ?, ?)",
        (agent, epoch.number, epoch.root, epoch.length, msgspec.msgpack.encode(epoch.past)),
    )
    left = [(agent, section.value, key) for section, key, _ in rolled.left]
    db.executemany("DELETE FROM facts WHERE agent = ? AND section = ? AND key = ?", left)


def _change_row(agent: str, change: Change) -> bulk.Row:
    return agent, change.actor, change.seq, change.hash, change.lamport, change.raw


def read_epoch(db: sqlite3.Connection, agent: str) -> Epoch:
    """The epoch of the agent's twin; the first one if none was ever written."""
    row: tuple[int, bytes, int, bytes] | None = db.execute(
        "SELECT number, root, length, past FROM epochs WHERE agent = ?", (agent,)
    ).fetchone()
    if row is None:
        return Epoch()
    number, root, length, past = row
    return Epoch(number, root, length, msgspec.msgpack.decode(past, type=Vector))


def write_audit(db: sqlite3.Connection, entry: AuditEntry) -> None:
    db.execute(
        "INSERT INTO audit (at_us, who, what, subject, detail) VALUES (?, ?, ?, ?, ?)", msgspec.structs.astuple(entry)
    )
