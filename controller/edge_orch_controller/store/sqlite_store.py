"""The store in one SQLite file (WAL)."""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence
from pathlib import Path

import msgspec

from edge_orch.twin.change import Change
from edge_orch.twin.epoch import Epoch
from edge_orch.twin.facts import Facts, Section
from edge_orch_controller.core.records import Agent, AuditEntry, JobVersion, RolledOut, Rollout, Standing, Token
from edge_orch_controller.core.transaction import StoredState, Transaction
from edge_orch_controller.store import archive, bulk
from edge_orch_controller.store.bulk import read_changes
from edge_orch_controller.store.enrolment import enrolled
from edge_orch_controller.store.port import Taken
from edge_orch_controller.store.retention import USUAL, Dropped, Retention
from edge_orch_controller.store.rows import (
    INSERT_VERSION,
    REPLACE_AGENT,
    SELECT_AGENTS,
    SELECT_VERSIONS,
    agent_of,
    agent_row,
    facts_of,
    read_epoch,
    rollout_of,
    wished,
    write_audit,
    write_twins,
)
from edge_orch_controller.store.sqlite_file import explained, open_file, transaction


class SqliteStore:
    """`Store` in the file at `path`, made at first use."""

    def __init__(self, path: Path, retention: Retention = USUAL) -> None:
        self._path = path
        self._retention = retention
        self._db = open_file(path)

    def load(self) -> StoredState:
        with explained(self._path, "cannot read the controller's database"):
            newest = self._db.execute(
                "SELECT record FROM rollouts AS r "
                "WHERE generation = (SELECT max(generation) FROM rollouts WHERE job = r.job)"
            )
            rollouts = [rollout_of(record) for (record,) in newest.fetchall()]
            jobs = [
                RolledOut(JobVersion(*row), rollout)
                for rollout in rollouts
                for row in self._db.execute(SELECT_VERSIONS, (None, rollout.digest))
            ]
            agents = [agent_of(row) for row in self._db.execute(SELECT_AGENTS, (None,))]
            rows = self._db.execute(
                "SELECT agent, section, key, value FROM facts WHERE section IN (?, ?, ?)",
                (Section.DEVICE.value, Section.DESIRED.value, Section.REPORTED.value),
            )
            by_agent: dict[str, list[tuple[str, str, bytes]]] = {}
            for agent, section, key, value in rows:
                by_agent.setdefault(agent, []).append((section, key, value))
        return StoredState(jobs, agents, {name: Standing.of(facts_of(found)) for name, found in by_agent.items()})

    def commit(self, transaction_: Transaction) -> None:
        with transaction(self._db, self._path) as db:
            write_twins(db, transaction_.twins)
            for agent, update in transaction_.twins.items():
                archive.keep(db, agent, update.rolls, self._retention, transaction_.at_us)
            for rollout in transaction_.rollouts.values():
                db.execute(
                    "UPDATE rollouts SET record = ?, generation = ? WHERE id = ?",
                    (msgspec.json.encode(rollout), rollout.generation, rollout.id),
                )
            bulk.update(db, "agents", "last_seen_us", "name", [*transaction_.last_seen_us.items()])
            for entry in transaction_.audit:
                write_audit(db, entry)

    def changes(self, agent: str) -> list[Change]:
        with explained(self._path, "cannot read the controller's database"):
            return read_changes(self._db, agent)

    def epoch(self, agent: str) -> Epoch:
        with explained(self._path, "cannot read the controller's database"):
            return read_epoch(self._db, agent)

    def archived(self, agent: str) -> list[tuple[Section, str, str]]:
        with explained(self._path, "cannot read the controller's database"):
            return archive.read(self._db, agent)

    def dropped(self, agent: str) -> Dropped:
        with explained(self._path, "cannot read the controller's database"):
            return archive.dropped(self._db, agent)

    def facts(self, agent: str) -> Facts:
        with explained(self._path, "cannot read the controller's database"):
            return facts_of(self._db.execute("SELECT section, key, value FROM facts WHERE agent = ?", (agent,)))

    def agents_with(self, section: Section) -> list[str]:
        with explained(self._path, "cannot read the controller's database"):
            rows = self._db.execute(
                "SELECT DISTINCT agent FROM facts WHERE section = ? ORDER BY agent", (section.value,)
            ).fetchall()
        return [agent for (agent,) in rows]

    def wished(self, job: str) -> tuple[int, int]:
        with explained(self._path, "cannot read the controller's database"):
            return wished(self._db, job)

    def add_version(self, version: JobVersion, audit: AuditEntry) -> Rollout:
        with transaction(self._db, self._path) as db:
            try:
                db.execute(INSERT_VERSION, msgspec.structs.astuple(version))
            except sqlite3.IntegrityError as error:
                raise Taken(f"version {version.version} of {version.job} is already kept") from error
            write_audit(db, audit)
            return _begin_rollout(db, version, version.applied_at_us, version.applied_by)

    def add_rollout(self, version: JobVersion, at_us: int, by: str, audit: AuditEntry) -> Rollout:
        with transaction(self._db, self._path) as db:
            write_audit(db, audit)
            return _begin_rollout(db, version, at_us, by)

    def versions(self, job: str) -> list[JobVersion]:
        with explained(self._path, "cannot read the controller's database"):
            return [JobVersion(*row) for row in self._db.execute(SELECT_VERSIONS, (job, None))]

    def version_by_digest(self, digest: str) -> JobVersion | None:
        with explained(self._path, "cannot read the controller's database"):
            row = self._db.execute(SELECT_VERSIONS, (None, digest)).fetchone()
        return JobVersion(*row) if row else None

    def rollouts(self) -> list[Rollout]:
        with explained(self._path, "cannot read the controller's database"):
            rows = self._db.execute("SELECT record FROM rollouts ORDER BY started_at_us DESC, rowid DESC")
            return [rollout_of(record) for (record,) in rows]

    def add_token(self, token: Token, audit: AuditEntry) -> None:
        with transaction(self._db, self._path) as db:
            db.execute("INSERT INTO tokens VALUES (?, '', ?)", (token.digest, msgspec.json.encode(token)))
            write_audit(db, audit)

    def token(self, digest: str) -> Token | None:
        with explained(self._path, "cannot read the controller's database"):
            row = self._db.execute("SELECT record, used_by FROM tokens WHERE digest = ?", (digest,)).fetchone()
        return msgspec.structs.replace(msgspec.json.decode(row[0], type=Token), used_by=row[1]) if row else None

    def enroll(self, token_digest: str, agent: Agent, audit: AuditEntry) -> Agent:
        with transaction(self._db, self._path) as db:
            row = db.execute(SELECT_AGENTS, (agent.name,)).fetchone()
            known = agent_of(row) if row else None
            kept = enrolled(self.token(token_digest), agent, known)
            if kept is not known:
                db.execute(REPLACE_AGENT, agent_row(kept))
                db.execute("UPDATE tokens SET used_by = ? WHERE digest = ?", (kept.name, token_digest))
                write_audit(db, audit)
            return kept

    def record(self, audit: AuditEntry) -> None:
        with transaction(self._db, self._path) as db:
            write_audit(db, audit)

    def audit(self, limit: int) -> Sequence[AuditEntry]:
        with explained(self._path, "cannot read the controller's database"):
            rows = self._db.execute(
                "SELECT at_us, who, what, subject, detail FROM audit ORDER BY id DESC LIMIT ?", (limit,)
            ).fetchall()
        return [AuditEntry(*row) for row in rows]

    def close(self) -> None:
        self._db.close()


def _begin_rollout(db: sqlite3.Connection, version: JobVersion, at_us: int, by: str) -> Rollout:
    newest = "SELECT record FROM rollouts WHERE job = ? ORDER BY generation DESC LIMIT 1"
    row = db.execute(newest, (version.job,)).fetchone()
    last = rollout_of(row[0]).superseded() if row else None
    if last is not None:
        db.execute("UPDATE rollouts SET record = ? WHERE id = ?", (msgspec.json.encode(last), last.id))
    known = last.generation if last else 0
    rollout = Rollout.begin(version, max(known, wished(db, version.job)[1]) + 1, at_us, by)
    db.execute(
        "INSERT INTO rollouts (job, generation, id, started_at_us, record) VALUES (?, ?, ?, ?, ?)",
        (rollout.job, rollout.generation, rollout.id, at_us, msgspec.json.encode(rollout)),
    )
    return rollout
