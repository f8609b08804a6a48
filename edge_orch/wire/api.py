"""The shapes of the HTTP API, shared by the controller, by the agent's local socket and by the command line.

The agent serves the subset that makes sense on one machine, under the same paths and with the same words, so that
`override`, `ack`, `why` and `get alerts` need no network. Times are RFC 3339 text.
"""

from __future__ import annotations

from typing import Literal as OneOf

import msgspec

from edge_orch.errors import Problem
from edge_orch.twin.facts import Value


class TapView(msgspec.Struct, frozen=True, omit_defaults=True):
    """Live records of a stage, how many were left out before them, and why there come no more, if so."""

    records: tuple[msgspec.Raw, ...] = ()
    dropped: int = 0
    ended: str = ""


class ErrorBody(msgspec.Struct, frozen=True):
    """Body of every answer with a status of 400 or above."""

    problems: tuple[Problem, ...]


class ApplyRequest(msgspec.Struct, frozen=True, omit_defaults=True):
    """POST /v1/jobs: the job's text, the file name to report errors in, and the files that ship with it by path."""

    source: str
    file: str = "job.yaml"
    assets: dict[str, str] = {}


class ApplyResult(msgspec.Struct, frozen=True):
    """`created` is false when the same content is already a version; then `rollout` may be empty."""

    job: str
    version: int
    digest: str
    created: bool
    rollout: str = ""


class JobView(msgspec.Struct, frozen=True):
    """GET /v1/jobs[/NAME]. `running`: agents whose report says this latest version; `targeted`: all it is for."""

    name: str
    version: int
    digest: str
    applied_at: str
    applied_by: str
    targeted: int = 0
    running: int = 0


class ReportedView(msgspec.Struct, frozen=True):
    """One job on one agent. `desired` and `version` differ while a rollout is on its way."""

    job: str
    version: int
    desired: int
    state: str
    error: str = ""


class AgentView(msgspec.Struct, frozen=True):
    """GET /v1/agents[/NAME]. `vector` and `heads` describe the twin (hex), equal on both sides when merged.

    `dropped`: how many facts are missing in the archive by now, none that people wrote (only with NAME).
    """

    name: str
    online: bool
    last_seen: str
    labels: dict[str, str]
    firmware: str = ""
    jobs: tuple[ReportedView, ...] = ()
    heads: tuple[str, ...] = ()
    telemetry: dict[str, int | float | str] = {}
    dropped: int = 0


class RolloutView(msgspec.Struct, frozen=True):
    """GET /v1/rollouts[/ID]. Offline agents are `pending`, neither failed nor done."""

    id: str
    job: str
    version: int
    state: OneOf["running", "done", "failed", "superseded"]
    total: int
    done: int
    pending: int
    failed: int
    started_at: str
    errors: dict[str, str] = {}


class AckView(msgspec.Struct, frozen=True):
    """One acknowledgement, wherever it was made. `opening`: which opening of the episode it was about."""

    by: str
    origin: str
    at: str
    note: str = ""
    opening: int = 1


class AlertView(msgspec.Struct, frozen=True):
    """GET /v1/alerts: one episode. `notified`: sinks known to have taken its opening notification.

    `reopened`, `escalated`: how often. `silenced`: ids of the silences that hold for it now.
    """

    episode: str
    agent: str
    job: str
    version: int
    rule: str
    key: tuple[str, ...]
    state: OneOf["open", "acknowledged", "resolved"]
    severity: str
    summary: str
    opened_at: str
    resolved_at: str = ""
    acks: tuple[AckView, ...] = ()
    notified: tuple[str, ...] = ()
    reopened: int = 0
    escalated: int = 0
    silenced: tuple[str, ...] = ()


class AckRequest(msgspec.Struct, frozen=True):
    """POST /v1/alerts/EPISODE/acks. `agent` may be empty on the agent itself."""

    agent: str = ""
    note: str = ""


class ReplayRequest(msgspec.Struct, frozen=True):
    """POST /v1/dead/replays, on an agent only: dead letters by their numbers, at most `MOST_REPLAYED`."""

    ids: tuple[int, ...]


MOST_REPLAYED = 500


class ReplayView(msgspec.Struct, frozen=True):
    """Its answer: how many were asked for; those that were gone already are among them."""

    asked: int


class OverrideRequest(msgspec.Struct, frozen=True):
    """POST /v1/overrides. `value` None revokes. `expires_in`: a duration such as `8h`, empty for none."""

    job: str
    param: str
    value: Value | None
    reason: str
    agent: str = ""
    expires_in: str = ""


class OverrideView(msgspec.Struct, frozen=True):
    """GET /v1/overrides. `state`: the winning one is `active`; a live loser is in `conflict`; one whose role or value
    does not fit the parameter is `refused`."""

    id: str
    agent: str
    job: str
    param: str
    value: Value | None
    by: str
    role: str
    origin: str
    reason: str
    made_at: str
    state: OneOf["active", "conflict", "superseded", "expired", "orphaned", "revoked", "refused"]
    expires_at: str = ""


class SilenceRequest(msgspec.Struct, frozen=True):
    """POST /v1/silences. `rule` empty: every rule of the job; `key` None: whatever the key. `lasts`: such as `8h`.

    `lifts`: ids of the silences to end instead; then `job` and `rule` are taken from them.
    """

    reason: str
    job: str = ""
    rule: str = ""
    key: tuple[str, ...] | None = None
    lasts: str = ""
    lifts: tuple[str, ...] = ()
    agent: str = ""


class SilenceView(msgspec.Struct, frozen=True):
    """GET /v1/silences. `expires_at` empty: cannot be told now, and it holds until it can."""

    id: str
    agent: str
    job: str
    rule: str
    key: tuple[str, ...] | None
    by: str
    origin: str
    reason: str
    made_at: str
    state: OneOf["active", "lifted", "expired"]
    expires_at: str = ""


class WhyView(msgspec.Struct, frozen=True):
    """GET /v1/why?agent=&job=&param=: the effective value and the chain of facts that makes it, strongest last."""

    agent: str
    job: str
    param: str
    value: Value
    reasons: tuple[str, ...]
    conflict: bool = False


class HappeningView(msgspec.Struct, frozen=True):
    """GET /v1/history?agent=&job=&name=&episode=: one fact in words, oldest first. `name`: a parameter or alert rule.

    `at` empty: the fact bears no time. `archived`: it has left the twin, and is kept beside it.
    """

    at: str
    agent: str
    what: str
    by: str
    section: str
    key: str
    archived: bool = False


class ConflictView(msgspec.Struct, frozen=True):
    """GET /v1/conflicts: something that a person should decide. `next_step`: how.

    `concurrent`: several overrides of a parameter hold at once, `overrides`, the one that counts first. `orphaned`: the
    job has no such parameter now. `refused`: its role or value does not fit. `apart`: the twins do not merge.
    `copied`: two devices run as this agent.
    """

    agent: str
    kind: OneOf["concurrent", "orphaned", "refused", "apart", "copied"]
    subject: str
    what: str
    next_step: str
    overrides: tuple[OverrideView, ...] = ()


class TokenRequest(msgspec.Struct, frozen=True):
    """POST /v1/tokens. `join`: one agent may enrol with it, once; `user`: a person's credential with a role.

    `replace`: of a join token: the agent may be enrolled already, and its old key is worth nothing from then on.
    """

    kind: OneOf["join", "user"]
    name: str
    labels: dict[str, str] = {}
    role: OneOf["viewer", "operator", "admin"] = "viewer"
    expires_in: str = "1h"
    replace: bool = False


class TokenView(msgspec.Struct, frozen=True):
    """The token itself is shown here once and stored only as a digest."""

    token: str
    kind: str
    name: str
    expires_at: str


class EnrollRequest(msgspec.Struct, frozen=True):
    """POST /v1/enroll: a join token and the public half of the key the agent made for itself (Ed25519, raw hex)."""

    token: str
    agent: str
    public_key: str


class EnrollResult(msgspec.Struct, frozen=True):
    """What an agent keeps from its enrolment: its labels and the controller's public key (Ed25519, raw hex)."""

    agent: str
    labels: dict[str, str]
    controller_key: str
