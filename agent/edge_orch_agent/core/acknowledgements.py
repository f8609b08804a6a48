"""Acknowledgements: whoever was told that an episode has opened is told, once, that somebody has seen it."""

from __future__ import annotations

from collections.abc import Mapping

from edge_orch.engine.records import EpisodeEventKind
from edge_orch.time import Instant
from edge_orch.twin.facts import Ack, EpisodeFact
from edge_orch_agent.core.identity import AgentIdentity
from edge_orch_agent.core.notices import ACKNOWLEDGED, acknowledged_fact, encode_acknowledgement
from edge_orch_agent.core.notifications import Notifications
from edge_orch_agent.core.reconciliation import Reconciliation
from edge_orch_agent.core.running import RunningJob
from edge_orch_agent.core.transaction import ALERTS, StreamId
from edge_orch_agent.core.work import Work


class Acknowledgements:
    """Draws the conclusion from `Ack` facts, wherever they were made.

    The fact `<episode>/acknowledged` becomes durable together with the notices: where it stands, nothing is told again.
    """

    def __init__(self, identity: AgentIdentity, work: Work, twin: Reconciliation, notifications: Notifications) -> None:
        self._identity = identity
        self._work = work
        self._twin = twin
        self._notifications = notifications

    def tell(self, running: Mapping[str, RunningJob], now: Instant) -> None:
        """Of every episode that is open, acknowledged and not told of as such, the first acknowledgement.

        It goes to whoever was told of the opening.

        A job that does not run is asked again when it does: only its plan knows whom to notify.
        """
        for ack in self._first():
            opened = self._untold(ack.episode)
            job = running.get(opened.job) if opened else None
            if opened is None or job is None:
                continue
            notify = self._notifications.acknowledged(job, ack.episode)
            fact = acknowledged_fact(opened, ack)
            if not notify or not self._twin.write(fact, now):
                continue
            data = encode_acknowledgement(self._identity, fact, ack)
            for sink in notify:
                self._work.notice(StreamId(opened.job, ALERTS, sink), job.slot.version, fact.key, data, now)

    def _first(self) -> list[Ack]:
        """Per episode the earliest: a choice that does not depend on the order in which they came."""
        first: dict[str, Ack] = {}
        for ack in sorted(self._twin.facts().acks.values(), key=lambda ack: (ack.at.wall_us, ack.key)):
            first.setdefault(ack.episode, ack)
        return list(first.values())

    def _untold(self, episode: str) -> EpisodeFact | None:
        """Its opening, if nothing but that has been told of it."""
        episodes = self._twin.facts().episodes
        over = (ACKNOWLEDGED, EpisodeEventKind.RESOLVED)
        if any(f"{episode}/{event}" in episodes for event in over):
            return None
        return episodes.get(f"{episode}/{EpisodeEventKind.OPENED}")
