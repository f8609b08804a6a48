"""The store in memory: for tests and simulations; holds to the same contract as the file."""

from __future__ import annotations

from collections.abc import Sequence

import msgspec

from edge_orch.twin.change import Change
from edge_orch.twin.epoch import Epoch, Rolled
from edge_orch.twin.facts import SECTION_OF, Desired, Fact, Facts, Section
from edge_orch_controller.core.records import Agent, AuditEntry, JobVersion, RolledOut, Rollout, Standing, Token
from edge_orch_controller.core.transaction import StoredState, Transaction
from edge_orch_controller.store.enrolment import enrolled
from edge_orch_controller.store.port import Taken
from edge_orch_controller.store.retention import USUAL, Archived, Dropped, Retention, outdated


class MemoryStore:
    """`Store` without a file. Survives whoever uses it, so a test can restart a controller on it."""

    def __init__(self, retention: Retention = USUAL) -> None:
        self._versions: list[JobVersion] = []
        self._rollouts: dict[str, Rollout] = {}
        self._agents: dict[str, Agent] = {}
        self._tokens: dict[str, Token] = {}
        self._changes: dict[str, dict[tuple[bytes, int], Change]] = {}
        self._facts: dict[str, dict[tuple[Section, str], Fact]] = {}
        self._epochs: dict[str, Epoch] = {}
        self._archive: dict[str, dict[int, tuple[Section, str, str, int]]] = {}
        self._dropped: dict[str, Dropped] = {}
        self._retention = retention
        self._audit: list[AuditEntry] = []

    def load(self) -> StoredState:
        ordered = sorted(self._rollouts.values(), key=lambda rollout: rollout.generation)
        newest = {rollout.job: rollout for rollout in ordered}
        jobs = [
            RolledOut(version, newest[version.job])
            for version in self._versions
            if newest[version.job].version == version.version
        ]
        standings = {agent: Standing.of(self.facts(agent)) for agent in self._facts}
        return StoredState(jobs, sorted(self._agents.values(), key=lambda agent: agent.name), standings)

    def commit(self, transaction: Transaction) -> None:
        for name, update in transaction.twins.items():
            facts = self._facts.setdefault(name, {})
            changes = self._changes.setdefault(name, {})
            for rolled in update.rolls:
                changes.clear()
                changes.update({(change.actor, change.seq): change for change in rolled.changes})
                self._epochs[name] = rolled.epoch
                self._keep_what_left(name, rolled, transaction.at_us)
                for section, key, _ in rolled.left:
                    facts.pop((section, key), None)
            facts.update({(SECTION_OF[type(fact)], fact.key): fact for fact in update.facts})
            for change in update.changes:
                changes[change.actor, change.seq] = change
        for rollout in transaction.rollouts.values():
            if rollout.id in self._rollouts:
                self._rollouts[rollout.id] = rollout
        for name, seen in transaction.last_seen_us.items():
            if name in self._agents:
                self._agents[name] = msgspec.structs.replace(self._agents[name], last_seen_us=seen)
        self._audit.extend(transaction.audit)

    def changes(self, agent: str) -> list[Change]:
        return sorted(self._changes.get(agent, {}).values(), key=lambda c: (c.lamport, c.actor, c.seq))

    def epoch(self, agent: str) -> Epoch:
        return self._epochs.get(agent, Epoch())

    def archived(self, agent: str) -> list[tuple[Section, str, str]]:
        return [(section, key, text) for section, key, text, _ in self._archive.get(agent, {}).values()]

    def dropped(self, agent: str) -> Dropped:
        return self._dropped.get(agent, Dropped())

    def facts(self, agent: str) -> Facts:
        sections: dict[str, dict[str, Fact]] = {section.value: {} for section in SECTION_OF.values()}
        for (section, key), fact in self._facts.get(agent, {}).items():
            sections[section.value][key] = fact
        return Facts(**sections)  # type: ignore[arg-type]  # SECTION_OF keeps each section to its kind

    def agents_with(self, section: Section) -> list[str]:
        return sorted(name for name, facts in self._facts.items() if any(found == section for found, _ in facts))

    def wished(self, job: str) -> tuple[int, int]:
        wishes = [
            fact
            for facts in self._facts.values()
            for fact in facts.values()
            if isinstance(fact, Desired) and fact.job == job
        ]
        return max((wish.version for wish in wishes), default=0), max((wish.generation for wish in wishes), default=0)

    def add_version(self, version: JobVersion, audit: AuditEntry) -> Rollout:
        for known in self._versions:
            if known.digest == version.digest or (known.job, known.version) == (version.job, version.version):
                raise Taken(f"version {version.version} of {version.job} is already kept")
        self._versions.append(version)
        return self.add_rollout(version, version.applied_at_us, version.applied_by, audit)

    def add_rollout(self, version: JobVersion, at_us: int, by: str, audit: AuditEntry) -> Rollout:
        earlier = [rollout for rollout in self._rollouts.values() if rollout.job == version.job]
        self._rollouts.update({rollout.id: rollout.superseded() for rollout in earlier})
        known = max((rollout.generation for rollout in earlier), default=0)
        rollout = Rollout.begin(version, max(known, self.wished(version.job)[1]) + 1, at_us, by)
        self._rollouts[rollout.id] = rollout
        self._audit.append(audit)
        return rollout

    def versions(self, job: str) -> list[JobVersion]:
        return sorted((v for v in self._versions if v.job == job), key=lambda v: -v.version)

    def version_by_digest(self, digest: str) -> JobVersion | None:
        return next((version for version in self._versions if version.digest == digest), None)

    def rollouts(self) -> list[Rollout]:
        # Turned round after a stable sort: of rollouts begun in one microsecond the later one comes first.
        return sorted(self._rollouts.values(), key=lambda rollout: rollout.started_at_us)[::-1]

    def add_token(self, token: Token, audit: AuditEntry) -> None:
        self._tokens[token.digest] = token
        self._audit.append(audit)

    def token(self, digest: str) -> Token | None:
        return self._tokens.get(digest)

    def enroll(self, token_digest: str, agent: Agent, audit: AuditEntry) -> Agent:
        token = self._tokens.get(token_digest)
        known = self._agents.get(agent.name)
        kept = enrolled(token, agent, known)
        if token is not None and kept is not known:
            self._agents[kept.name] = kept
            self._tokens[token_digest] = msgspec.structs.replace(token, used_by=kept.name)
            self._audit.append(audit)
        return kept

    def record(self, audit: AuditEntry) -> None:
        self._audit.append(audit)

    def audit(self, limit: int) -> Sequence[AuditEntry]:
        return self._audit[::-1][:limit]

    def close(self) -> None:
        """Nothing to release."""

    def _keep_what_left(self, agent: str, rolled: Rolled, at_us: int) -> None:
        archive = self._archive.setdefault(agent, {})
        for section, key, text in rolled.left:
            archive[max(archive, default=0) + 1] = (section, key, text, at_us)
        found = [
            Archived(id_, section, key, len(key.encode()) + len(text.encode()), left_at_us)
            for id_, (section, key, text, left_at_us) in reversed(archive.items())
        ]
        gone = list(outdated(found, self._retention, at_us))
        for one in gone:
            del archive[one.id]
        self._dropped[agent] = self.dropped(agent).and_also(gone)
