"""What is settled: facts that mean nothing any more, and may leave the twin for the archive when it begins anew.

Nothing here changes what the fold says of what stays: a fact leaves together with all that it ended.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from typing import TypeVar

from edge_orch.time import DAY, Instant
from edge_orch.twin.alerts import alert_states
from edge_orch.twin.facts import Facts, Override, Section, Silence
from edge_orch.twin.fold import latest_desired
from edge_orch.twin.overrides import elapsed_us, outranks

RESOLVED_US = DAY
"""How long an episode stays in sight after it was resolved."""

_Ending = TypeVar("_Ending", Override, Silence)


def settled(facts: Facts, now: Instant, busy: Collection[str] = ()) -> set[tuple[Section, str]]:
    """Section and key of each fact that may leave. `busy`: episodes of which something is still to be told.

    - wishes below the highest generation of their job;
    - overrides and silences that are superseded, revoked, lifted or expired, once all that they ended goes too (else
      what they ended would come back to life);
    - episodes resolved a day ago, with their acknowledgements, and acknowledgements of episodes that have left;
    - tallies of such episodes, a day later.

    Nothing while the time is not known.
    """
    if not now.trusted:
        return set()
    latest = latest_desired(facts.desired.values())
    gone = {
        (Section.DESIRED, key) for key, wish in facts.desired.items() if wish.generation < latest[wish.job].generation
    }
    gone |= {(Section.OVERRIDES, id_) for id_ in _ended(facts.overrides.values(), _dead_overrides(facts, now))}
    gone |= {(Section.SILENCES, id_) for id_ in _ended(facts.silences.values(), _dead_silences(facts, now))}
    over = _over(facts, now) - set(busy)
    told = {fact.episode for fact in facts.episodes.values()}
    gone |= {(Section.EPISODES, key) for key, fact in facts.episodes.items() if fact.episode in over}
    gone |= {(Section.ACKS, key) for key, ack in facts.acks.items() if ack.episode in over or ack.episode not in told}
    long_ago = now.wall_us - RESOLVED_US
    gone |= {(Section.LATER, key) for key, tally in facts.later.items() if tally.resolved_us <= long_ago}
    return gone


def _over(facts: Facts, now: Instant) -> set[str]:
    states = alert_states(facts.episodes.values(), ())
    return {
        episode
        for episode, state in states.items()
        if state.resolved_at_us is not None and state.resolved_at_us <= now.wall_us - RESOLVED_US
    }


def _dead_overrides(facts: Facts, now: Instant) -> set[str]:
    """Ended for every version of the job: by somebody of no lower role, by time, or because they set nothing."""
    overrides = facts.overrides
    dead = {
        old
        for override in overrides.values()
        for old in override.supersedes
        if old in overrides and old != override.id and _ends(override, overrides[old])
    }
    return dead | {
        override.id
        for override in overrides.values()
        if override.value is None or _expired(override.made_at, override.expires_in_us, now)
    }


def _ends(override: Override, old: Override) -> bool:
    """Whether it ends the old one whichever role the parameter needs."""
    about = (override.job, override.param) == (old.job, old.param)
    return about and not outranks(old, override)


def _dead_silences(facts: Facts, now: Instant) -> set[str]:
    lifted = {old for silence in facts.silences.values() for old in silence.lifts if old != silence.id}
    return lifted | {
        silence.id
        for silence in facts.silences.values()
        if silence.lifts or _expired(silence.made_at, silence.expires_in_us, now)
    }


def _expired(made_at: Instant, expires_in_us: int | None, now: Instant) -> bool:
    elapsed = elapsed_us(made_at, now)
    return expires_in_us is not None and elapsed is not None and elapsed >= expires_in_us


def _ended(facts: Iterable[_Ending], dead: Collection[str]) -> set[str]:
    """Of the dead, those that ended nothing that stays."""
    ends = {fact.id: set(fact.supersedes if isinstance(fact, Override) else fact.lifts) for fact in facts}
    staying = set(ends) - set(dead)
    while kept := {id_ for id_ in set(ends) - staying if ends[id_] & staying}:
        staying |= kept
    return set(ends) - staying
