"""The state of every episode: open, acknowledged, resolved. Acknowledgements made apart all remain visible."""

from __future__ import annotations

from collections.abc import Iterable

from edge_orch.twin.effective import AlertState
from edge_orch.twin.facts import Ack, EpisodeFact

_NOTIFIED = "notified.opened."


def alert_states(episodes: Iterable[EpisodeFact], acks: Iterable[Ack]) -> dict[str, AlertState]:
    """By episode. An acknowledgement of an episode of which nothing is told makes no alert."""
    events: dict[str, dict[str, EpisodeFact]] = {}
    for fact in episodes:
        events.setdefault(fact.episode, {})[fact.event] = fact
    seen: dict[str, list[Ack]] = {}
    for ack in acks:
        seen.setdefault(ack.episode, []).append(ack)
    return {episode: _state(told, seen.get(episode, [])) for episode, told in sorted(events.items())}


def _state(told: dict[str, EpisodeFact], acks: list[Ack]) -> AlertState:
    first = told.get("opened") or min(told.values(), key=lambda fact: (fact.at_us, fact.event))
    resolved = told.get("resolved")
    return AlertState(
        episode=first.episode,
        job=first.job,
        version=first.version,
        rule=first.rule,
        key=first.key_values,
        state="resolved" if resolved else "acknowledged" if acks else "open",
        severity=first.severity,
        summary=first.summary,
        opened_at_us=first.at_us,
        resolved_at_us=resolved.at_us if resolved else None,
        acks=tuple(sorted(acks, key=lambda ack: (ack.at.wall_us, ack.key))),
        notified=tuple(sorted(event.removeprefix(_NOTIFIED) for event in told if event.startswith(_NOTIFIED))),
    )
