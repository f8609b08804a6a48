"""Standings: what facts tell of the notifications of a job, so that a restart forgets nothing.

Beside an episode's `opened` stands `silenced` or `throttled` when its notification was withheld, and `told` when it
left after that, or when its rule counts time from then on. Their `at_us` is the wall clock of the decision, 0 if that
was not to be trusted.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable

from edge_orch.engine.notifier import HasRoom, Key, Notifier, Series, Silenced, Standing, Telling
from edge_orch.engine.records import EpisodeEvent, EpisodeEventKind
from edge_orch.plan.steps import Alert
from edge_orch.time import ClockQuality, Instant
from edge_orch.twin.facts import EpisodeFact, Facts

TOLD = "told"
_WITHHELD = (Telling.SILENCED, Telling.THROTTLED)


def restored(job: str, rules: Iterable[Alert], silenced: Silenced, has_room: HasRoom, facts: Facts) -> Notifier:
    """A notifier that goes on where these facts were written."""
    by_name = {rule.name: rule for rule in rules}
    acknowledged = {ack.episode for ack in facts.acks.values()}
    episodes: dict[str, dict[str, EpisodeFact]] = {}
    for fact in facts.episodes.values():
        if fact.job == job and fact.rule in by_name:
            episodes.setdefault(fact.episode, {})[fact.event] = fact
    open_episodes = [
        _standing(events, by_name[events[EpisodeEventKind.OPENED].rule], acknowledged)
        for events in _in_order(episodes.values())
        if EpisodeEventKind.RESOLVED not in events
    ]
    return Notifier(by_name.values(), silenced, open_episodes, _series(_in_order(episodes.values())), has_room)


def _in_order(episodes: Iterable[dict[str, EpisodeFact]]) -> list[dict[str, EpisodeFact]]:
    whole = [events for events in episodes if EpisodeEventKind.OPENED in events]
    return sorted(whole, key=lambda events: (events["opened"].at_us, events["opened"].episode))


def _standing(events: dict[str, EpisodeFact], rule: Alert, acknowledged: Collection[str]) -> Standing:
    opened = events[EpisodeEventKind.OPENED]
    event = EpisodeEvent(
        episode=opened.episode,
        kind=EpisodeEventKind.OPENED,
        rule=opened.rule,
        key=opened.key_values,
        at_us=opened.at_us,
        severity=opened.severity,
        summary=opened.summary,
        notify=rule.notify,
    )
    return Standing(
        event,
        told=_told(events),
        withheld=next((reason for reason in _WITHHELD if reason in events), None),
        acknowledged=opened.episode in acknowledged,
        escalated=Telling.ESCALATED in events,
    )


def _told(events: dict[str, EpisodeFact]) -> Instant | None:
    if TOLD not in events and any(reason in events for reason in _WITHHELD):
        return None
    wall_us = events[TOLD].at_us if TOLD in events else 0
    return Instant(wall_us, 0, "", ClockQuality.HOLDOVER if wall_us else ClockQuality.UNKNOWN)


def _series(episodes: Iterable[dict[str, EpisodeFact]]) -> dict[tuple[str, Key], Series]:
    """Of episodes in the order of their openings."""
    found: dict[tuple[str, Key], Series] = {}
    for events in episodes:
        opened = events[EpisodeEventKind.OPENED]
        series = found.setdefault((opened.rule, opened.key_values), Series())
        told = _told(events)
        if told is not None:
            series.told, series.suppressed = told, 0
        elif EpisodeEventKind.RESOLVED in events:
            series.suppressed += 1
    return found
