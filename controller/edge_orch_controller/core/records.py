"""What a controller keeps besides the twins: versions, rollouts, agents, credentials and the audit log."""

from __future__ import annotations

from typing import Literal as OneOf

import msgspec

from edge_orch.twin.facts import Desired, DeviceFact, Facts, Reported

Role = OneOf["viewer", "operator", "admin"]
RolloutState = OneOf["running", "done", "failed", "superseded"]


class JobVersion(msgspec.Struct, frozen=True):
    """An immutable version of a job. `plan`: canonical bytes, named by `digest`. `envelope`: the same, signed."""

    job: str
    version: int
    digest: str
    source: str
    plan: bytes
    envelope: bytes
    applied_at_us: int
    applied_by: str


class Rollout(msgspec.Struct, frozen=True):
    """A job's way to one version. `generation` is handed out by the store and grows by one per job.

    `total` agents are targeted: `done` report the version running, `failed` report that they cannot, and the others
    are `pending`, most often because they are away. `errors`: failed agent → reason.
    """

    id: str
    job: str
    version: int
    digest: str
    generation: int
    started_at_us: int
    started_by: str
    state: RolloutState = "running"
    total: int = 0
    done: int = 0
    pending: int = 0
    failed: int = 0
    errors: dict[str, str] = {}

    @classmethod
    def begin(cls, version: JobVersion, generation: int, at_us: int, by: str) -> Rollout:
        """A rollout of which nothing is known yet."""
        return cls(
            id=f"{version.job}-{generation}",
            job=version.job,
            version=version.version,
            digest=version.digest,
            generation=generation,
            started_at_us=at_us,
            started_by=by,
        )

    def superseded(self) -> Rollout:
        """The last account of a rollout that a newer one replaces: what it had not finished, it never will."""
        return msgspec.structs.replace(self, state="superseded") if self.state == "running" else self


class Agent(msgspec.Struct, frozen=True):
    """An enrolled agent. `public_key`: Ed25519, raw."""

    name: str
    public_key: bytes
    labels: dict[str, str]
    enrolled_at_us: int
    last_seen_us: int = 0


class Token(msgspec.Struct, frozen=True):
    """A credential, known only by the SHA-256 of its text. `used_by`: the agent that enrolled with it.

    `replace`: it lets in an agent that is enrolled with another key.
    """

    digest: str
    kind: OneOf["join", "user"]
    name: str
    role: Role
    labels: dict[str, str]
    created_at_us: int
    created_by: str
    expires_at_us: int | None = None
    used_by: str = ""
    replace: bool = False

    def expired(self, now_us: int) -> bool:
        return self.expires_at_us is not None and now_us >= self.expires_at_us


class AuditEntry(msgspec.Struct, frozen=True):
    """One mutation: who did what to which subject, when. `detail` never holds a secret."""

    at_us: int
    who: str
    what: str
    subject: str
    detail: str = ""


class RolledOut(msgspec.Struct, frozen=True):
    """A job's newest rollout together with the version it brings."""

    version: JobVersion
    rollout: Rollout


class Standing(msgspec.Struct, frozen=True):
    """What one agent's twin says about it and its jobs: by job, what is desired of it and what it reports."""

    desired: dict[str, Desired] = {}
    reported: dict[str, Reported] = {}
    device: DeviceFact | None = None

    @classmethod
    def of(cls, facts: Facts) -> Standing:
        """The highest generation desired of each job, and what is reported."""
        desired: dict[str, Desired] = {}
        for fact in facts.desired.values():
            if fact.job not in desired or desired[fact.job].generation < fact.generation:
                desired[fact.job] = fact
        return cls(desired, dict(facts.reported), facts.device.get("self"))
