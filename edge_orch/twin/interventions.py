"""What people do, as facts: overrides of parameters, acknowledgements and silences, at the machine or centrally.

The rules are the same on both sides. An override names what its author saw (`supersedes`), so that what was made
apart from it stays visible as a conflict.
"""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Mapping, Sequence
from typing import Literal as OneOf
from typing import cast

import msgspec

from edge_orch.errors import Invalid, Problem, Refused
from edge_orch.plan.plan import ParamSpec
from edge_orch.time import DAY, Instant, format_duration
from edge_orch.twin.alerts import openings
from edge_orch.twin.facts import Ack, Facts, Override, Silence, Value
from edge_orch.twin.parameters import clamped, typed
from edge_orch.twin.silences import silence_states

LONGEST_SILENCE_US = 30 * DAY
"""A silence that nobody remembers must end by itself."""


class NotFound(Invalid):
    """What the request is about does not exist."""


class Wish(msgspec.Struct, frozen=True):
    """What a person wants a parameter to be. `value` None revokes the overrides that live."""

    job: str
    param: str
    value: Value | None
    reason: str
    by: str
    role: str
    origin: OneOf["agent", "controller"]
    expires_in_us: int | None = None


def make_override(wish: Wish, params: Sequence[ParamSpec], facts: Facts, override_id: str, now: Instant) -> Override:
    """Raises `NotFound`, `Invalid` (wrong type, out of bounds, no reason) or `Refused` (the role does not suffice)."""
    spec = next((spec for spec in params if spec.name == wish.param), None)
    if spec is None:
        names = ", ".join(spec.name for spec in params) or "no parameters"
        raise NotFound(Problem(f"job {wish.job!r} has no parameter {wish.param!r}", expected=f"one of: {names}"))
    _check_role(wish, spec)
    if not wish.reason.strip():
        raise Invalid(Problem("an override needs a reason", next_step="say why: --reason TEXT"))
    live = live_overrides(facts, wish.job, wish.param)
    if wish.value is None and not live:
        raise NotFound(Problem(f"{wish.job}.{spec.name} has no override to revoke"))
    return Override(
        id=override_id,
        job=wish.job,
        param=spec.name,
        value=None if wish.value is None else checked_value(spec, wish.value),
        by=wish.by,
        role=cast('OneOf["operator", "admin"]', wish.role),
        reason=wish.reason,
        origin=wish.origin,
        made_at=now,
        expires_in_us=wish.expires_in_us,
        supersedes=live,
    )


def live_overrides(facts: Facts, job: str, param: str) -> tuple[str, ...]:
    """Ids of the parameter's overrides that set a value and that no other has superseded, sorted."""
    rivals = [override for override in facts.overrides.values() if (override.job, override.param) == (job, param)]
    replaced = {old for rival in rivals for old in rival.supersedes}
    return tuple(sorted(rival.id for rival in rivals if rival.id not in replaced and rival.value is not None))


def checked_value(spec: ParamSpec, value: Value) -> Value:
    """The value as the parameter's type holds it; raises `Invalid` when it is of another type or out of bounds."""
    held = typed(spec, value)
    if held is None:
        raise Invalid(Problem(f"wrong type for {spec.name}", expected=spec.type.value, found=repr(value)))
    if clamped(spec, held) != held:
        low, high = ("…" if bound is None else bound for bound in (spec.min, spec.max))
        raise Invalid(Problem(f"{spec.name} is out of bounds", expected=f"{low} to {high}", found=repr(value)))
    return held


def make_ack(
    facts: Facts, episode: str, *, origin: OneOf["agent", "controller"], by: str, note: str, at: Instant
) -> Ack:
    """Raises `NotFound` when nobody has told of such an episode."""
    told = [fact.event for fact in facts.episodes.values() if fact.episode == episode]
    if not told:
        raise NotFound(Problem(f"no alert {episode!r}", next_step="edge-orch get alerts"))
    mine = {ack.n for ack in facts.acks.values() if (ack.episode, ack.origin) == (episode, origin)}
    return Ack(episode, origin, _fresh(at, mine), by, at, note, openings(told))


class Hush(msgspec.Struct, frozen=True):
    """What a person wants silenced: see `Silence`. `lifts`: end these instead."""

    job: str
    rule: str
    reason: str
    by: str
    origin: OneOf["agent", "controller"]
    expires_in_us: int
    key_values: tuple[str, ...] | None = None
    lifts: tuple[str, ...] = ()


def make_silence(
    hush: Hush, rules: Mapping[str, Collection[str]], facts: Facts, silence_id: str, now: Instant
) -> Silence:
    """`rules`: the alert rules of each job here. Raises `NotFound` or `Invalid` (no reason, no end, too long)."""
    if not hush.reason.strip():
        raise Invalid(Problem("a silence needs a reason", next_step="say why: --reason TEXT"))
    if hush.lifts:
        return _lifted(hush, facts, silence_id, now)
    if hush.job not in rules:
        names = ", ".join(sorted(rules)) or "no job runs"
        raise NotFound(Problem(f"no job {hush.job!r} here", expected=f"one of: {names}"))
    if hush.rule and hush.rule not in rules[hush.job]:
        names = ", ".join(sorted(rules[hush.job])) or "no alert rules"
        raise NotFound(Problem(f"job {hush.job!r} has no alert rule {hush.rule!r}", expected=f"one of: {names}"))
    if not 0 < hush.expires_in_us <= LONGEST_SILENCE_US:
        most = format_duration(LONGEST_SILENCE_US)
        raise Invalid(Problem("a silence must end", expected=f"a duration up to {most}, such as --for 8h"))
    return Silence(
        id=silence_id,
        job=hush.job,
        rule=hush.rule,
        by=hush.by,
        reason=hush.reason,
        origin=hush.origin,
        made_at=now,
        expires_in_us=hush.expires_in_us,
        key_values=hush.key_values,
    )


def _lifted(hush: Hush, facts: Facts, silence_id: str, now: Instant) -> Silence:
    states = silence_states(facts.silences.values(), now)
    for old in hush.lifts:
        if old not in states or states[old].state == "lifted":
            what = f"no silence {old!r}" if old not in states else f"silence {old!r} is lifted already"
            raise NotFound(Problem(what, next_step="edge-orch silence list"))
    first = states[hush.lifts[0]].silence
    return Silence(
        id=silence_id,
        job=first.job,
        rule=first.rule,
        by=hush.by,
        reason=hush.reason,
        origin=hush.origin,
        made_at=now,
        expires_in_us=0,
        key_values=first.key_values,
        lifts=hush.lifts,
    )


def _fresh(at: Instant, taken: Collection[int]) -> int:
    """A number of 48 bits that the moment in its boot gives.

    Counting would give a number a second time after a restore from a backup, to other words; that is never merged.
    """
    number = int.from_bytes(hashlib.sha256(f"{at.boot}/{at.mono_us}".encode()).digest()[:6])
    while number in taken:
        number += 1
    return number


def _check_role(wish: Wish, spec: ParamSpec) -> None:
    name = f"{wish.job}.{spec.name}"
    if spec.override is None:
        raise Refused(Problem(f"{name} may not be overridden", next_step="`override: operator` in the job allows it"))
    allowed = ("admin",) if spec.override == "admin" else ("operator", "admin")
    if wish.role not in allowed:
        raise Refused(Problem(f"overriding {name} needs the role {spec.override}", found=wish.role or "no role"))
