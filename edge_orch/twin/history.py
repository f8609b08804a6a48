"""History: the facts about one job, parameter or episode in the order in which they were made, as clocks tell it."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

import msgspec

from edge_orch.time import format_duration
from edge_orch.twin.encoding import decode_fact
from edge_orch.twin.facts import (
    SECTION_OF,
    Ack,
    Desired,
    DeviceFact,
    EpisodeFact,
    Fact,
    Facts,
    Override,
    Reported,
    Section,
    Silence,
    Tally,
)

_PLACES = {"agent": "at the machine", "controller": "centrally"}


class Subject(msgspec.Struct, frozen=True):
    """What a person asks about: all of a job, one of its parameters or alert rules (`name`), or one episode."""

    job: str = ""
    name: str = ""
    episode: str = ""


class Happening(msgspec.Struct, frozen=True):
    """One fact in words. `at_us`: wall clock of whoever made it, None where facts bear no time. `archived`: it has left
    the twin."""

    at_us: int | None
    what: str
    by: str
    section: Section
    key: str
    archived: bool = False


def history(facts: Facts, archived: Iterable[tuple[Section, str, str]], subject: Subject) -> list[Happening]:
    """Everything about the subject, oldest first; what bears no time comes last. Total, whatever the facts."""
    old = [fact for place in archived if (fact := decode_fact(*place)) is not None]
    present = [fact for section in Facts.__struct_fields__ for fact in getattr(facts, section).values()]
    episodes = {fact.episode for fact in (*old, *present) if isinstance(fact, EpisodeFact) and _tells_of(fact, subject)}
    found: dict[tuple[Section, str], Happening] = {}
    for fact, is_old in (*((fact, True) for fact in old), *((fact, False) for fact in present)):
        if _about(fact, subject, episodes):
            at_us, what, by = _WORDS[type(fact)](fact)
            section = SECTION_OF[type(fact)]
            found[section, fact.key] = Happening(at_us, what, by, section, fact.key, is_old)
    return sorted(found.values(), key=lambda one: (one.at_us is None, one.at_us or 0, one.section.value, one.key))


def _tells_of(fact: EpisodeFact, subject: Subject) -> bool:
    """Whether the episode is one that the subject means; it may be named by the beginning of its id."""
    if subject.episode:
        return fact.episode.startswith(subject.episode)
    return fact.job == subject.job and subject.name in ("", fact.rule)


def _about(fact: Fact, subject: Subject, episodes: set[str]) -> bool:
    if isinstance(fact, EpisodeFact | Ack):
        return fact.episode in episodes
    if isinstance(fact, DeviceFact) or subject.episode or fact.job != subject.job:
        return False
    name = fact.param if isinstance(fact, Override) else fact.rule if isinstance(fact, Silence | Tally) else ""
    return subject.name in ("", name)


def _of_wish(fact: Desired) -> tuple[int | None, str, str]:
    wish = "should not run any more" if fact.removed else f"version {fact.version} is wanted"
    return fact.started_at_us or None, f"{fact.job}: {wish} (generation {fact.generation}, rollout {fact.rollout})", ""


def _of_report(fact: Reported) -> tuple[int | None, str, str]:
    error = f": {fact.error}" if fact.error else ""
    return None, f"{fact.job}: version {fact.version} {fact.state} (generation {fact.generation}){error}", ""


def _of_ack(fact: Ack) -> tuple[int | None, str, str]:
    note = f": {fact.note}" if fact.note else ""
    return fact.at.wall_us, f"{fact.episode} acknowledged {_PLACES[fact.origin]}{note}", fact.by


def _of_override(fact: Override) -> tuple[int | None, str, str]:
    return fact.made_at.wall_us, _override_words(fact), fact.by


def _override_words(fact: Override) -> str:
    name, place = f"{fact.job}.{fact.param}", _PLACES[fact.origin]
    instead = f", in place of {', '.join(fact.supersedes)}" if fact.supersedes else ""
    if fact.value is None:
        return f"{fact.id}: {name} revoked {place} ({fact.role}){instead}, because «{fact.reason}»"
    until = "" if fact.expires_in_us is None else f" for {format_duration(max(fact.expires_in_us, 0))}"
    return f"{fact.id}: {name} = {fact.value}{until} {place} ({fact.role}){instead}, because «{fact.reason}»"


def _of_silence(fact: Silence) -> tuple[int | None, str, str]:
    return fact.made_at.wall_us, _silence_words(fact), fact.by


def _silence_words(fact: Silence) -> str:
    about = f"{fact.job}.{fact.rule}" if fact.rule else f"all rules of {fact.job}"
    key = "" if fact.key_values is None else f" [{', '.join(fact.key_values)}]"
    if fact.lifts:
        return f"{fact.id}: lifts {', '.join(fact.lifts)} {_PLACES[fact.origin]}, because «{fact.reason}»"
    lasts = format_duration(max(fact.expires_in_us, 0))
    return f"{fact.id}: {about}{key} silenced for {lasts} {_PLACES[fact.origin]}, because «{fact.reason}»"


def _of_episode(fact: EpisodeFact) -> tuple[int | None, str, str]:
    kind, _, rest = fact.event.partition(".")
    if kind == "notified":
        event, _, sink = rest.partition(".")
        return fact.at_us, f"{fact.episode} {sink} was told: {event}", ""
    words = f": {fact.summary}" if fact.summary and kind != "resolved" else ""
    return fact.at_us, f"{fact.episode} {kind}{words}", ""


def _of_tally(fact: Tally) -> tuple[int | None, str, str]:
    lasted = format_duration(max(fact.resolved_us - fact.opened_us, 0))
    words = "came and went within {} while the controller was away, and are not kept one by one"
    return fact.resolved_us, f"{fact.job}.{fact.rule}: {fact.count} episodes {words.format(lasted)}", ""


_WORDS: dict[type, Callable[[Any], tuple[int | None, str, str]]] = {
    Override: _of_override,
    Silence: _of_silence,
    Ack: _of_ack,
    EpisodeFact: _of_episode,
    Desired: _of_wish,
    Reported: _of_report,
    Tally: _of_tally,
}
"""Kind of fact → when it was made, what it says, who made it."""
