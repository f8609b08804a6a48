"""The life of every episode. Acknowledgements made apart all remain visible.

```
opened → acknowledged → resolved → (reopened → acknowledged → resolved)*
```
`escalated` and `silenced` are told beside the state: an episode can be acknowledged, escalated and silenced at once.
Openings and resolutions are counted, never compared by a clock, so that facts may come in any order.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable

from edge_orch.twin.effective import AlertState, SilenceState
from edge_orch.twin.facts import Ack, EpisodeFact
from edge_orch.twin.silences import covers

_LIFE = frozenset({"opened", "acknowledged", "escalated", "resolved", "reopened"})
"""Kinds of events that make an episode known; others say what was told of one."""
_NOTIFIED = "notified.opened."


def alert_states(
    episodes: Iterable[EpisodeFact], acks: Iterable[Ack], silences: Iterable[SilenceState] = ()
) -> dict[str, AlertState]:
    """By episode. Acknowledgements, and notices that were delivered, make no alert where nothing else is told of it."""
    events: dict[str, dict[str, EpisodeFact]] = {}
    for fact in episodes:
        events.setdefault(fact.episode, {})[fact.event] = fact
    seen: dict[str, list[Ack]] = {}
    for ack in acks:
        seen.setdefault(ack.episode, []).append(ack)
    holding = [silence for silence in silences if silence.state == "active"]
    kinds = {episode: _kinds(told) for episode, told in events.items()}
    return {
        episode: _state(told, kinds[episode], seen.get(episode, []), holding)
        for episode, told in sorted(events.items())
        if not _LIFE.isdisjoint(kinds[episode])
    }


def openings(told: Iterable[str]) -> int:
    """How often the episode has opened, by its events: what an `Ack` says that its author saw."""
    return _opened(_kinds(told))


def _opened(kinds: Counter[str]) -> int:
    return 1 + kinds["reopened"]


def _kinds(told: Iterable[str]) -> Counter[str]:
    return Counter(event.partition(".")[0] for event in told)


def _state(
    told: dict[str, EpisodeFact], kinds: Counter[str], acks: list[Ack], silences: list[SilenceState]
) -> AlertState:
    first = told.get("opened") or min(told.values(), key=lambda fact: (fact.at_us, fact.event))
    opened = _opened(kinds)
    resolved = max((fact.at_us for event, fact in told.items() if event.partition(".")[0] == "resolved"), default=None)
    over = kinds["resolved"] >= opened
    acknowledged = any(ack.opening >= opened for ack in acks)
    return AlertState(
        episode=first.episode,
        job=first.job,
        version=first.version,
        rule=first.rule,
        key=first.key_values,
        state="resolved" if over else "acknowledged" if acknowledged else "open",
        severity=first.severity,
        summary=first.summary,
        opened_at_us=first.at_us,
        resolved_at_us=resolved if over else None,
        acks=tuple(sorted(acks, key=lambda ack: (ack.at.wall_us, ack.key))),
        notified=tuple(sorted(event.removeprefix(_NOTIFIED) for event in told if event.startswith(_NOTIFIED))),
        reopened=kinds["reopened"],
        escalated=kinds["escalated"],
        silenced=tuple(
            sorted(state.silence.id for state in silences if covers(state, first.job, first.rule, first.key_values))
        ),
    )
