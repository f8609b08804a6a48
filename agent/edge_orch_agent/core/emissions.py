"""Emissions: where the fruits of a pipeline go: records to the outbox, episodes to the twin and to alert sinks."""

from __future__ import annotations

from edge_orch.engine.records import Emission, EpisodeEvent, EpisodeEventKind
from edge_orch.plan.plan import Plan, step_digest
from edge_orch.plan.steps import Alert
from edge_orch.time import Instant
from edge_orch_agent.core.notices import episode_fact
from edge_orch_agent.core.notifications import Notifications
from edge_orch_agent.core.reconciliation import Reconciliation
from edge_orch_agent.core.running import RunningJob
from edge_orch_agent.core.taps import Taps
from edge_orch_agent.core.work import Work


class Emissions:
    """Takes what a pipeline brought forth into the work."""

    def __init__(self, work: Work, twin: Reconciliation, notifications: Notifications, taps: Taps) -> None:
        self._work = work
        self._twin = twin
        self._notifications = notifications
        self._taps = taps

    def take(self, running: RunningJob, emission: Emission, now: Instant) -> None:
        """All of it becomes durable in one transaction; an episode event makes that happen at once."""
        plan, version = running.plan, running.slot.version
        self._work.makers.worked(plan.name, version, running.slot.digest, running.values)
        self._work.emission(plan, version, emission, now)
        self._taps.take(plan.name, emission)
        for event in emission.episodes:
            fact = episode_fact(plan.name, version, event)
            if fact.key in self._twin.facts().episodes:
                continue  # told before a crash on a full disk; the records that it came of are read again
            self._notifications.take(running, event, now)
            self._twin.write(fact, now)
            self._work.hasten(now)

    def close_episodes(self, old: RunningJob, new: Plan | None, now: Instant) -> None:
        """Resolve what rules of the `old` version left open that `new` no longer has, or defines differently.

        Nobody would ever resolve it otherwise; if the trouble goes on, the new rule opens an episode of its own.
        """
        kept = {step_digest(step) for step in new.steps} if new else set()
        gone = {step.name: step for step in old.plan.steps if isinstance(step, Alert) and step_digest(step) not in kept}
        episodes = self._twin.facts().episodes
        left_open = [
            EpisodeEvent(
                episode=fact.episode,
                kind=EpisodeEventKind.RESOLVED,
                rule=fact.rule,
                key=fact.key_values,
                at_us=max(fact.at_us, now.wall_us) if now.trusted else fact.at_us,
                severity=fact.severity,
                summary=fact.summary,
                notify=gone[fact.rule].notify,
            )
            for fact in episodes.values()
            if fact.event == EpisodeEventKind.OPENED
            and (fact.job, fact.rule in gone) == (old.plan.name, True)
            and f"{fact.episode}/{EpisodeEventKind.RESOLVED}" not in episodes
        ]
        if left_open:
            self.take(old, Emission(episodes=left_open), now)
