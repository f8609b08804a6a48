"""What the facts of a twin mean at one instant: the result of the fold."""

from __future__ import annotations

from typing import Literal as OneOf

import msgspec

from edge_orch.twin.facts import Ack, Desired, Override, Silence, Value

OverrideStateName = OneOf["active", "conflict", "superseded", "revoked", "expired", "orphaned", "refused"]
SilenceStateName = OneOf["active", "lifted", "expired"]


class EffectiveParameter(msgspec.Struct, frozen=True):
    """The value of one parameter and why it is that.

    `reasons`: the facts that speak about it, weakest first; the last one decides. `winner`: the override that decides,
    empty for the default. `conflict`: every override that lives beside another, sorted; empty when at most one lives.
    """

    value: Value
    default: Value
    reasons: tuple[str, ...]
    winner: str = ""
    conflict: tuple[str, ...] = ()


class OverrideState(msgspec.Struct, frozen=True):
    """What became of one override.

    `active`: it decides. `conflict`: it lives and lost. `superseded`, `revoked` (also the revocation itself),
    `expired`: dead for good. `orphaned`: the job has no such parameter now. `refused`: its role or its value does not
    fit the parameter. `expires_at_us`: wall clock, None for never or unknown.
    """

    override: Override
    state: OverrideStateName
    expires_at_us: int | None = None


class SilenceState(msgspec.Struct, frozen=True):
    """What became of one silence. `active`: it holds. `lifted`: somebody ended it; also what ended it.

    `expires_at_us`: wall clock, None if that cannot be told now: an active one then holds until it can.
    """

    silence: Silence
    state: SilenceStateName
    expires_at_us: int | None = None


class AlertState(msgspec.Struct, frozen=True):
    """One episode. `notified`: sinks known to have taken its opening notification, sorted. `acks`: all of them.

    `reopened`, `escalated`: how often. `silenced`: the silences that hold for it now, sorted.
    """

    episode: str
    job: str
    version: int
    rule: str
    key: tuple[str, ...]
    state: OneOf["open", "acknowledged", "resolved"]
    severity: str
    summary: str
    opened_at_us: int
    resolved_at_us: int | None = None
    acks: tuple[Ack, ...] = ()
    notified: tuple[str, ...] = ()
    reopened: int = 0
    escalated: int = 0
    silenced: tuple[str, ...] = ()


class Effective(msgspec.Struct, frozen=True):
    """`desired`: per job, the wish of the highest generation (which may be that it be removed).

    `parameters`: per (job, parameter) of the jobs whose parameters were given.
    """

    desired: dict[str, Desired] = {}
    parameters: dict[tuple[str, str], EffectiveParameter] = {}
    overrides: dict[str, OverrideState] = {}
    alerts: dict[str, AlertState] = {}
    silences: dict[str, SilenceState] = {}
