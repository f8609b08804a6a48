"""The meaning of a twin as the HTTP API shows it: the same words on the agent's socket and on the controller."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Literal as OneOf

from edge_orch.time import format_timestamp
from edge_orch.twin.effective import AlertState, Effective, OverrideState, SilenceState
from edge_orch.twin.history import Happening
from edge_orch.wire.api import (
    AckView,
    AlertView,
    ConflictView,
    HappeningView,
    OverrideView,
    SilenceView,
    WhyView,
)


def alert_views(agent: str, effective: Effective) -> list[AlertView]:
    """Every episode, the newest last."""
    states = sorted(effective.alerts.values(), key=lambda state: (state.opened_at_us, state.episode))
    return [_alert_view(agent, state) for state in states]


def override_views(agent: str, effective: Effective) -> list[OverrideView]:
    """Every override whatever became of it, sorted by job, parameter and id."""
    states = effective.overrides.values()
    views = [_override_view(agent, state) for state in states]
    return sorted(views, key=lambda view: (view.job, view.param, view.id))


def silence_views(agent: str, effective: Effective) -> list[SilenceView]:
    """Every silence whatever became of it, sorted by job, rule and id."""
    views = [_silence_view(agent, state) for state in effective.silences.values()]
    return sorted(views, key=lambda view: (view.job, view.rule, view.id))


def why_view(agent: str, job: str, param: str, effective: Effective) -> WhyView | None:
    """Why the parameter has its value; None when the job or the parameter is not known there."""
    parameter = effective.parameters.get((job, param))
    if parameter is None:
        return None
    return WhyView(agent, job, param, parameter.value, parameter.reasons, bool(parameter.conflict))


def conflict_views(agent: str, effective: Effective, refusal: str = "", *, copied: bool = False) -> list[ConflictView]:
    """What a person should decide, sorted by subject. `refusal`: why the twins do not merge; empty if they do.

    `copied`: two devices run as this agent.
    """
    found = [_concurrent(agent, *name, effective) for name, one in effective.parameters.items() if one.conflict]
    for state in effective.overrides.values():
        if state.state in _WITHOUT_EFFECT:
            kind, what = _WITHOUT_EFFECT[state.state]
            name = f"{state.override.job}.{state.override.param}"
            override = _override_view(agent, state)
            next_step = f"edge-orch override revoke {override.id} --agent {agent}"
            found.append(ConflictView(agent, kind, name, f"{override.id} {what}", next_step, (override,)))
    if refusal:
        next_step = "see docs/reconciliation.md, When the twins do not merge"
        found.append(ConflictView(agent, "apart", agent, refusal, next_step))
    if copied:
        next_step = f"switch one of them off, then: edge-orch token create --agent {agent} --replace"
        found.append(ConflictView(agent, "copied", agent, "two devices run as this agent: a copied disk", next_step))
    return sorted(found, key=lambda view: (view.subject, view.kind, view.what))


_WITHOUT_EFFECT: dict[str, tuple[OneOf["orphaned", "refused"], str]] = {
    "orphaned": ("orphaned", "has no effect: the version that runs has no such parameter"),
    "refused": ("refused", "has no effect: its author's role or its value does not fit the parameter"),
}


def _concurrent(agent: str, job: str, param: str, effective: Effective) -> ConflictView:
    parameter = effective.parameters[job, param]
    ids = [parameter.winner, *(id_ for id_ in parameter.conflict if id_ != parameter.winner)]
    return ConflictView(
        agent=agent,
        kind="concurrent",
        subject=f"{job}.{param}",
        what=f"{len(ids)} overrides that were made apart hold at once; {parameter.winner} counts",
        next_step=f"edge-orch override set {job}.{param}=VALUE --agent {agent} --reason TEXT",
        overrides=tuple(_override_view(agent, effective.overrides[id_]) for id_ in ids),
    )


def happening_views(agent: str, happenings: Iterable[Happening]) -> list[HappeningView]:
    """Facts in words, in the order given."""
    return [
        HappeningView(_timestamp(one.at_us), agent, one.what, one.by, one.section.value, one.key, one.archived)
        for one in happenings
    ]


def _alert_view(agent: str, state: AlertState) -> AlertView:
    return AlertView(
        episode=state.episode,
        agent=agent,
        job=state.job,
        version=state.version,
        rule=state.rule,
        key=state.key,
        state=state.state,
        severity=state.severity,
        summary=state.summary,
        opened_at=_timestamp(state.opened_at_us),
        resolved_at=_timestamp(state.resolved_at_us),
        acks=tuple(
            AckView(ack.by, ack.origin, _timestamp(ack.at.wall_us), ack.note, ack.opening) for ack in state.acks
        ),
        notified=state.notified,
        reopened=state.reopened,
        escalated=state.escalated,
        silenced=state.silenced,
    )


def _silence_view(agent: str, state: SilenceState) -> SilenceView:
    silence = state.silence
    return SilenceView(
        id=silence.id,
        agent=agent,
        job=silence.job,
        rule=silence.rule,
        key=silence.key_values,
        by=silence.by,
        origin=silence.origin,
        reason=silence.reason,
        made_at=_timestamp(silence.made_at.wall_us),
        state=state.state,
        expires_at=_timestamp(state.expires_at_us),
    )


def _override_view(agent: str, state: OverrideState) -> OverrideView:
    override = state.override
    return OverrideView(
        id=override.id,
        agent=agent,
        job=override.job,
        param=override.param,
        value=override.value,
        by=override.by,
        role=override.role,
        origin=override.origin,
        reason=override.reason,
        made_at=_timestamp(override.made_at.wall_us),
        state=state.state,
        expires_at=_timestamp(state.expires_at_us),
    )


def _timestamp(wall_us: int | None) -> str:
    """RFC 3339; empty for none, and `beyond the calendar` for what no clock shows: a fact may claim any number."""
    if wall_us is None:
        return ""
    try:
        return format_timestamp(wall_us)
    except OverflowError:
        return "beyond the calendar"
