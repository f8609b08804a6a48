"""The port every store implements; `tests/contracts` holds each adapter to the same suite."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

from edge_orch.errors import EdgeOrchError, ExitCode
from edge_orch.twin.change import Change
from edge_orch.twin.epoch import Epoch
from edge_orch.twin.facts import Facts, Section
from edge_orch_controller.core.records import Agent, AuditEntry, JobVersion, Rollout, Token
from edge_orch_controller.core.transaction import StoredState, Transaction
from edge_orch_controller.store.retention import Dropped


class Taken(EdgeOrchError):
    """The name, number or digest already stands for something else; nothing was changed."""

    exit_code = ExitCode.REFUSED


class Store(Protocol):
    """Durable state of a controller. Each method is one transaction; all raise `StorageError` with the next step."""

    def load(self) -> StoredState:
        """Newest rollout of each job, all agents, and where each stands."""
        ...

    def commit(self, transaction: Transaction) -> None:
        """Apply the whole transaction durably or change nothing. A change that is there already is kept once."""
        ...

    def changes(self, agent: str) -> list[Change]:
        """The agent's twin: every change of its present epoch, causes before effects."""
        ...

    def epoch(self, agent: str) -> Epoch:
        """Which epoch the agent's twin is in."""
        ...

    def archived(self, agent: str) -> list[tuple[Section, str, str]]:
        """Section, key and text of the facts that have left the agent's twin, in the order in which they left."""
        ...

    def dropped(self, agent: str) -> Dropped:
        """What is missing there, by `Retention`: nothing that people did."""
        ...

    def facts(self, agent: str) -> Facts:
        """The agent's twin: every fact, decoded."""
        ...

    def agents_with(self, section: Section) -> list[str]:
        """Names of the agents whose twin holds a fact in that section."""
        ...

    def wished(self, job: str) -> tuple[int, int]:
        """The highest version and generation of the job that any twin holds; 0 for none.

        A store that was restored from a backup may know less than the twins that came back since.
        """
        ...

    def add_version(self, version: JobVersion, audit: AuditEntry) -> Rollout:
        """Keep a new version, and `add_rollout`. Raises `Taken` if the job has that number or content already."""
        ...

    def add_rollout(self, version: JobVersion, at_us: int, by: str, audit: AuditEntry) -> Rollout:
        """Begin another rollout of a version that is already kept; the job's last one, if it runs, is superseded.

        Its generation is one more than the highest of the job here and in any twin.
        """
        ...

    def versions(self, job: str) -> list[JobVersion]:
        """All versions of the job, newest first."""
        ...

    def version_by_digest(self, digest: str) -> JobVersion | None:
        """The version whose plan has that digest."""
        ...

    def rollouts(self) -> list[Rollout]:
        """All rollouts, newest first."""
        ...

    def add_token(self, token: Token, audit: AuditEntry) -> None: ...

    def token(self, digest: str) -> Token | None: ...

    def enroll(self, token_digest: str, agent: Agent, audit: AuditEntry) -> Agent:
        """Use up the join token and keep the agent with the token's labels.

        The same agent with the same key and token gets the same answer again (its first one may have been lost).
        Raises `Refused` if there is no such join token, it is another's, used up, or
        expired at `agent.enrolled_at_us`; `Taken` if the name is enrolled with another key.
        """
        ...

    def record(self, audit: AuditEntry) -> None:
        """Append to the audit log."""
        ...

    def audit(self, limit: int) -> Sequence[AuditEntry]:
        """The latest entries, newest first."""
        ...

    def close(self) -> None:
        """Release the file. Committed state stays."""
        ...
