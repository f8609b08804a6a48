"""The verdict: compares what the sensors say they published with what the receiver says arrived. Asks no ledger."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping

import msgspec

from edge_orch_controller.demo.lines import Number
from edge_orch_controller.demo.receiver import Notification


class Evidence(msgspec.Struct):
    """What was seen from outside, and what the parts said of themselves where only they can know.

    `published`: number → malformed. `records`: how often each number arrived. `dead`: numbers that stand in the
    agents' dead letters. `episodes`: (agent, episode) of every alert that the controller knows.
    """

    agents: int
    published: Mapping[Number, bool]
    records: Counter[Number]
    dead: frozenset[Number]
    dropped: int
    episodes: frozenset[tuple[str, str]]
    notifications: tuple[Notification, ...]
    overrides_kept: int
    converged: bool
    seconds: float


class Verdict(msgspec.Struct, frozen=True):
    """The demo's last line, in this order of keys."""

    agents: int
    records_in: int
    delivered: int
    dead: int
    dropped: int
    lost: int
    duplicated: int
    alerts_opened: int
    alerts_notified: int
    overrides_kept: int
    converged: bool
    seconds: float


class Row(msgspec.Struct, frozen=True):
    """The account of one site. `dead`: malformed lines found among the dead letters, each counted once."""

    site: str
    published: int
    delivered: int
    dead: int
    lost: int
    duplicated: int


def account(evidence: Evidence) -> list[Row]:
    """One row a site, in order.

    Lost: a good line that never arrived, or a malformed one that is in no dead-letter box. Duplicated: arrivals of a
    good line beyond its first, and arrivals of anything that was never published or was malformed.
    """
    sites = sorted({number[0] for number in evidence.published} | {number[0] for number in evidence.records})
    return [_row(site, evidence) for site in sites]


def _row(site: str, evidence: Evidence) -> Row:
    good = {number for number, malformed in evidence.published.items() if number[0] == site and not malformed}
    malformed = {number for number, bad in evidence.published.items() if number[0] == site and bad}
    arrived = {number: count for number, count in evidence.records.items() if number[0] == site}
    delivered = good & arrived.keys()
    dead = malformed & evidence.dead
    return Row(
        site=site,
        published=len(good) + len(malformed),
        delivered=len(delivered),
        dead=len(dead),
        lost=len(good) - len(delivered) + len(malformed) - len(dead),
        duplicated=sum(count - (number in good) for number, count in arrived.items()),
    )


def judge(evidence: Evidence) -> tuple[Verdict, list[str]]:
    """The verdict, and everything that is wrong with it; nothing wrong means the demo went well."""
    rows = account(evidence)
    opened = {(told.agent, told.episode) for told in evidence.notifications if told.event == "opened"}
    verdict = Verdict(
        agents=evidence.agents,
        records_in=sum(row.published for row in rows),
        delivered=sum(row.delivered for row in rows),
        dead=sum(row.dead for row in rows),
        dropped=evidence.dropped,
        lost=sum(row.lost for row in rows),
        duplicated=sum(row.duplicated for row in rows),
        alerts_opened=len(evidence.episodes),
        alerts_notified=len(opened),
        overrides_kept=evidence.overrides_kept,
        converged=evidence.converged,
        seconds=round(evidence.seconds, 1),
    )
    return verdict, list(_complaints(evidence, verdict))


def _complaints(evidence: Evidence, verdict: Verdict) -> Iterable[str]:
    if not verdict.records_in:
        yield "the sensors published nothing"
    if verdict.lost:
        yield f"{verdict.lost} lines were lost"
    if verdict.duplicated:
        yield f"{verdict.duplicated} records arrived twice or from nowhere"
    if verdict.dropped:
        yield f"{verdict.dropped} records were dropped"
    if {agent for agent, _ in evidence.episodes} != _agents_told(evidence) or len(evidence.episodes) < verdict.agents:
        yield "not every agent raised its alert"
    told = Counter((one.agent, one.episode, one.event) for one in evidence.notifications)
    for agent, episode in sorted(evidence.episodes):
        for event in ("opened", "resolved"):
            count = told.pop((agent, episode, event), 0)
            if count != 1:
                yield f"alert {episode} of {agent}: {event} was told {count} times instead of once"
    for agent, episode, event in sorted(told):
        yield f"alert {episode} of {agent}: {event} was told, but the controller knows nothing of it"
    if not verdict.overrides_kept:
        yield "the override was not kept"
    if not verdict.converged:
        yield "agents and controller did not converge"


def _agents_told(evidence: Evidence) -> set[str]:
    return {told.agent for told in evidence.notifications if told.offline and told.event == "opened"}
