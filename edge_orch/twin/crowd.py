"""The crowd: episodes that came and went and for which a twin has no room, as where a sensor flaps.

The newest of them stay, and all that somebody acknowledged. While the controller has everything, the others merely
leave, for it archives them. While it is away nobody else has them: then they are counted, rule by rule, in a `Tally`.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable

from edge_orch.twin.alerts import alert_states
from edge_orch.twin.epoch import Texts, room_for
from edge_orch.twin.facts import EpisodeFact, Facts, Section, Tally


def crowd(facts: Facts, texts: Texts, room: int) -> set[str]:
    """The resolved episodes that nobody acknowledged and that find no place in `room` bytes, which the newest take."""
    weights: Counter[str] = Counter()
    for key, fact in facts.episodes.items():
        weights[fact.episode] += room_for(key, texts[Section.EPISODES, key])
    states = alert_states(facts.episodes.values(), facts.acks.values()).values()
    over = [(state.resolved_at_us, state.episode) for state in states if state.resolved_at_us is not None]
    seen = {ack.episode for ack in facts.acks.values()}
    gone: set[str] = set()
    for _, episode in sorted(over, reverse=True):
        room -= weights[episode]
        if room < 0 and episode not in seen:
            gone.add(episode)
    return gone


def told_of(facts: Facts, episodes: Collection[str]) -> set[tuple[Section, str]]:
    """Section and key of all that was told of these episodes."""
    return {(Section.EPISODES, key) for key, fact in facts.episodes.items() if fact.episode in episodes}


def tallies(facts: Facts, episodes: Collection[str]) -> list[Tally]:
    """One for each rule of these episodes, with what earlier ones of the same rule have counted."""
    events: dict[tuple[str, str], list[EpisodeFact]] = {}
    for fact in facts.episodes.values():
        if fact.episode in episodes:
            events.setdefault((fact.job, fact.rule), []).append(fact)
    return [_tally(told, facts.later.values()) for _, told in sorted(events.items())]


def counted_again(facts: Facts, news: Iterable[Tally]) -> set[tuple[Section, str]]:
    """Earlier tallies, all of which the news contain."""
    rules = {(tally.job, tally.rule) for tally in news}
    return {(Section.LATER, key) for key, tally in facts.later.items() if (tally.job, tally.rule) in rules}


def _tally(told: list[EpisodeFact], earlier: Iterable[Tally]) -> Tally:
    job, rule = told[0].job, told[0].rule
    before = [tally for tally in earlier if (tally.job, tally.rule) == (job, rule)]
    return Tally(
        job,
        rule,
        count=len({fact.episode for fact in told}) + sum(tally.count for tally in before),
        opened_us=min([*(fact.at_us for fact in told), *(tally.opened_us for tally in before)]),
        resolved_us=max([*(fact.at_us for fact in told), *(tally.resolved_us for tally in before)]),
    )
