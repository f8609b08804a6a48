"""Which override of a parameter counts. No clock decides meaning; a clock that can be trusted may let one expire.

An override is dead when another, made by someone who saw it, supersedes it, or when its time is over. If several live
that did not see each other, the higher role wins, then the one made at the machine, then the smaller id; all of them
are shown as a conflict until a person decides. Safety limits of the job clamp everything.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from edge_orch.plan.plan import ParamSpec
from edge_orch.time import Instant, format_duration
from edge_orch.twin.effective import EffectiveParameter, OverrideState, OverrideStateName
from edge_orch.twin.facts import Override, Value
from edge_orch.twin.parameters import clamped, typed

_ROLES = {"operator": 1, "admin": 2}
_PLACES = {"agent": "at the machine", "controller": "centrally"}


def resolve(
    overrides: Iterable[Override], params: Mapping[str, Sequence[ParamSpec]], now: Instant
) -> tuple[dict[tuple[str, str], EffectiveParameter], dict[str, OverrideState]]:
    """Every parameter's effective value, and the state of every override; independent of the order of overrides."""
    groups: dict[tuple[str, str], list[Override]] = {}
    for override in sorted(overrides, key=lambda override: override.id):
        groups.setdefault((override.job, override.param), []).append(override)
    parameters: dict[tuple[str, str], EffectiveParameter] = {}
    states: dict[str, OverrideState] = {}
    for job, specs in sorted(params.items()):
        for spec in specs:
            group = groups.pop((job, spec.name), [])
            parameters[job, spec.name] = _resolve_one(job, spec, group, now, states)
    for group in groups.values():
        for override, fate in _fates(group, None, now):
            states[override.id] = OverrideState(override, fate or "orphaned", expires_at_us(override, now))
    return parameters, states


def elapsed_us(since: Instant, now: Instant) -> int | None:
    """How long ago `since` was, or None when no clock can tell: other boots compare by wall clocks both trusted."""
    return now.since(since)


def expires_at_us(override: Override, now: Instant) -> int | None:
    """Wall clock at which it expires, as far as it can be told now; None for never or unknown."""
    if override.expires_in_us is None:
        return None
    if override.made_at.trusted:
        return override.made_at.wall_us + override.expires_in_us
    elapsed = elapsed_us(override.made_at, now)
    return now.wall_us - elapsed + override.expires_in_us if elapsed is not None and now.trusted else None


def _resolve_one(
    job: str, spec: ParamSpec, group: list[Override], now: Instant, states: dict[str, OverrideState]
) -> EffectiveParameter:
    default = typed(spec, spec.default)
    default = spec.default if default is None else default
    fates = _fates(group, spec, now)
    living = sorted((override for override, fate in fates if fate is None), key=_strength)
    reasons = [
        f"{_say(override, now)}; {_why_refused(override, spec)}" for override, fate in fates if fate == "refused"
    ]
    reasons.append(f"default of {job}: {default}")
    reasons += [_say(override, now) for override in living]
    value: Value = default
    if living:
        wanted = typed(spec, living[-1].value if living[-1].value is not None else default)
        value = default if wanted is None else wanted
    limited = clamped(spec, value)
    if limited != value:
        reasons.append(f"limits of {job} ({_bound(spec.min)} to {_bound(spec.max)}): {value} becomes {limited}")
    for override, fate in fates:
        state = fate or ("active" if override is living[-1] else "conflict")
        states[override.id] = OverrideState(override, state, expires_at_us(override, now))
    return EffectiveParameter(
        value=limited,
        default=default,
        reasons=tuple(reasons),
        winner=living[-1].id if living else "",
        conflict=tuple(sorted(override.id for override in living)) if len(living) > 1 else (),
    )


def _fates(
    group: list[Override], spec: ParamSpec | None, now: Instant
) -> list[tuple[Override, OverrideStateName | None]]:
    """Each override of one parameter with what ended it; None for those that live.

    One whose role does not suffice supersedes nothing: an operator cannot end what only an admin may decide.
    """
    superseding = [override for override in group if spec is None or _role_suffices(override, spec)]
    ended: dict[str, OverrideStateName] = {}
    for override in superseding:
        for old in override.supersedes:
            if old != override.id and ended.get(old) != "revoked":
                ended[old] = "revoked" if override.value is None else "superseded"
    return [(override, ended.get(override.id) or _own_fate(override, spec, now)) for override in group]


def _own_fate(override: Override, spec: ParamSpec | None, now: Instant) -> OverrideStateName | None:
    if override.value is None:
        return "revoked"
    elapsed = elapsed_us(override.made_at, now)
    if override.expires_in_us is not None and elapsed is not None and elapsed >= override.expires_in_us:
        return "expired"
    return "refused" if spec is not None and _why_refused(override, spec) else None


def _role_suffices(override: Override, spec: ParamSpec) -> bool:
    return spec.override is not None and _ROLES[override.role] >= _ROLES[spec.override]


def _why_refused(override: Override, spec: ParamSpec) -> str:
    """Why the override has no effect on the parameter; empty when it may have one."""
    if spec.override is None:
        return "no effect: this parameter may not be overridden"
    if not _role_suffices(override, spec):
        return f"no effect: this parameter needs the role {spec.override}"
    if override.value is not None and typed(spec, override.value) is None:
        return f"no effect: not a value of type {spec.type}"
    return ""


def outranks(one: Override, other: Override) -> bool:
    """Whether `one` was made in a higher role, so that `other` may fail to end it."""
    return _ROLES[one.role] > _ROLES[other.role]


def _strength(override: Override) -> tuple[int, bool, list[int]]:
    """Weakest first; of equals the smaller id is the stronger."""
    return _ROLES[override.role], override.origin == "agent", [-ord(letter) for letter in override.id] + [1]


def _say(override: Override, now: Instant) -> str:
    who = f"override {override.id} by {override.by} ({override.role}, {_PLACES[override.origin]})"
    text = f"{who}: {override.value}, because «{override.reason}»"
    if override.expires_in_us is not None:
        text += f", for {format_duration(max(override.expires_in_us, 0))}"
        if elapsed_us(override.made_at, now) is None:
            text += "; whether that is over cannot be told, because the time is not known"
    return text


def _bound(limit: float | None) -> str:
    return "…" if limit is None else str(limit)
