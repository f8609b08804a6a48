"""Silences: for which rules and keys people want no notifications now, and why.

Ask `silencing(twin.facts().silences.values(), job, rule, key, now)`: the ids of the silences that hold, empty for none.
Ask it when a notification is about to be sent, with the time of that moment. `ends_at_us` says when, on the monotonic
clock of `now`, the answer changes by time alone: ask again then. An episode lives on while it is silenced: its facts
are written and its state is shown; only nobody is notified.

A silence ends when its time is over or when somebody lifts it. Its time runs on trusted clocks only: with the time
unknown, a silence of another boot holds and says so. Several may hold at once; each is ended by itself.
"""

from __future__ import annotations

from collections.abc import Iterable

from edge_orch.time import Instant
from edge_orch.twin.effective import SilenceState, SilenceStateName
from edge_orch.twin.facts import Silence
from edge_orch.twin.overrides import elapsed_us


def silencing(
    silences: Iterable[Silence], job: str, rule: str, key_values: tuple[str, ...], now: Instant
) -> tuple[str, ...]:
    """Ids of the silences that hold for this rule and key at `now`, sorted."""
    states = silence_states(silences, now).values()
    return tuple(
        state.silence.id for state in states if state.state == "active" and covers(state, job, rule, key_values)
    )


def covers(state: SilenceState, job: str, rule: str, key_values: tuple[str, ...]) -> bool:
    """Whether the silence is about this rule and key, in force or not."""
    silence = state.silence
    about_rule = silence.job == job and silence.rule in ("", rule)
    return about_rule and silence.key_values in (None, key_values)


def silence_states(silences: Iterable[Silence], now: Instant) -> dict[str, SilenceState]:
    """What became of each silence, sorted by id; independent of the order in which they came."""
    ordered = sorted(silences, key=lambda silence: silence.id)
    lifted = {old for silence in ordered for old in silence.lifts if old != silence.id}
    return {silence.id: _state(silence, silence.id in lifted, now) for silence in ordered}


def ends_at_us(states: Iterable[SilenceState], now: Instant) -> int | None:
    """On the monotonic clock of `now`: when the next silence that holds is over; None if none is known to end."""
    ends = (
        now.mono_us + state.silence.expires_in_us - elapsed
        for state in states
        if state.state == "active" and (elapsed := elapsed_us(state.silence.made_at, now)) is not None
    )
    return min(ends, default=None)


def _state(silence: Silence, lifted: bool, now: Instant) -> SilenceState:
    elapsed = elapsed_us(silence.made_at, now)
    state: SilenceStateName = "active"
    if lifted or silence.lifts:
        state = "lifted"
    elif elapsed is not None and elapsed >= silence.expires_in_us:
        state = "expired"
    return SilenceState(silence, state, _expires_at_us(silence, elapsed, now))


def _expires_at_us(silence: Silence, elapsed: int | None, now: Instant) -> int | None:
    if silence.made_at.trusted:
        return silence.made_at.wall_us + silence.expires_in_us
    return now.wall_us - elapsed + silence.expires_in_us if elapsed is not None and now.trusted else None
