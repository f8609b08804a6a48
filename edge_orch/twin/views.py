"""The meaning of a twin as the HTTP API shows it: the same words on the agent's socket and on the controller."""

from __future__ import annotations

from edge_orch.time import format_timestamp
from edge_orch.twin.effective import AlertState, Effective, OverrideState, SilenceState
from edge_orch.wire.api import AckView, AlertView, OverrideView, SilenceView, WhyView


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
