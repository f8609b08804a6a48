"""Notifications: what `Notifier` decides for each running job becomes notices in the outbox and facts in the twin."""

from __future__ import annotations

from collections.abc import Mapping

import msgspec

from edge_orch.engine.notifier import Key, Notification, Notifier, Telling
from edge_orch.engine.records import EpisodeEvent
from edge_orch.plan.steps import Alert
from edge_orch.time import SECOND, Instant
from edge_orch.twin.silences import silencing
from edge_orch_agent.core.identity import AgentIdentity
from edge_orch_agent.core.notices import encode_notice, episode_fact
from edge_orch_agent.core.outbox import Outbox
from edge_orch_agent.core.reconciliation import Reconciliation
from edge_orch_agent.core.running import RunningJob
from edge_orch_agent.core.settings import Settings
from edge_orch_agent.core.standings import TOLD, restored
from edge_orch_agent.core.transaction import ALERTS, StreamId
from edge_orch_agent.core.work import Work


class Notifications:
    """One notifier a running version. Facts and notices of a decision become durable together with what led to it."""

    def __init__(
        self, identity: AgentIdentity, work: Work, outbox: Outbox, twin: Reconciliation, settings: Settings
    ) -> None:
        self._identity = identity
        self._outbox = outbox
        self._most = settings.notices_waiting
        self._work = work
        self._twin = twin
        self._notifiers: dict[str, tuple[RunningJob, Notifier]] = {}
        self._wakes_at: int | None = None
        self._changed = True
        self._clock = (False, 0)

    def take(self, running: RunningJob, event: EpisodeEvent, now: Instant) -> None:
        """An event of an episode whose fact stands already, unless it was told before a crash."""
        self._perform(running, self._of(running).take(event, now), now)
        self._changed = True

    def acknowledged(self, running: RunningJob, episode: str) -> tuple[str, ...]:
        """Somebody has seen the episode: whom to tell of that."""
        self._changed = True
        return self._of(running).acknowledged(episode)

    def pass_time(self, running: Mapping[str, RunningJob], now: Instant) -> None:
        """What was withheld or must be escalated leaves as soon as it may."""
        self._changed = True
        self._clock = (now.trusted, now.wall_us - now.mono_us)
        for job in self._notifiers.keys() - running.keys():
            del self._notifiers[job]
        for each in running.values():
            if _has_rules(each):
                self._perform(each, self._of(each).pass_time(now), now)

    def due(self, now: Instant) -> bool:
        """Whether `pass_time` may find something by time alone, because the clock was set, or a sink has room again."""
        trusted, ahead_us = self._clock
        if trusted != now.trusted or abs(now.wall_us - now.mono_us - ahead_us) > SECOND:
            return True
        if any(notifier.room_again() for _, notifier in self._notifiers.values()):
            return True
        wakes_at = self.wake_at(now)
        return wakes_at is not None and wakes_at <= now.mono_us

    def wake_at(self, now: Instant) -> int | None:
        """When, on the monotonic clock. Silences that people made are the parameters' business."""
        if self._changed:
            self._changed = False
            times = (notifier.wake_at(now) for _, notifier in self._notifiers.values())
            self._wakes_at = min((time for time in times if time is not None), default=None)
        return self._wakes_at

    def _of(self, running: RunningJob) -> Notifier:
        job = running.plan.name
        if job not in self._notifiers or self._notifiers[job][0] is not running:
            rules = [step for step in running.plan.steps if isinstance(step, Alert)]

            def silenced(rule: str, key: Key, now: Instant) -> bool:
                return bool(silencing(self._twin.facts().silences.values(), job, rule, key, now))

            def has_room(sink: str) -> bool:
                return self._outbox.length(StreamId(job, ALERTS, sink)) < self._most

            self._notifiers[job] = (running, restored(job, rules, silenced, has_room, self._twin.facts()))
        return self._notifiers[job][1]

    def _perform(self, running: RunningJob, notifications: list[Notification], now: Instant) -> None:
        for each in notifications:
            version = running.slot.version
            opened = episode_fact(running.plan.name, version, each.event)
            at_us = now.wall_us if now.trusted else 0
            if each.telling not in (Telling.OPENED, Telling.RESOLVED):
                opened = msgspec.structs.replace(opened, event=each.telling.value, at_us=at_us)
                self._twin.write(opened, now)
            elif each.telling is Telling.OPENED and self._counts_from(running, each.event):
                self._twin.write(msgspec.structs.replace(opened, event=TOLD, at_us=at_us), now)
            data = encode_notice(self._identity, running.plan.name, version, each)
            for sink in each.sinks:
                self._work.notice(StreamId(running.plan.name, ALERTS, sink), version, opened.key, data, now)

    def _counts_from(self, running: RunningJob, event: EpisodeEvent) -> bool:
        """Whether anybody will ask when the opening was told: a restart must know it then."""
        episodes = self._twin.facts().episodes
        rules = {step.name: step for step in running.plan.steps if isinstance(step, Alert)}
        rule = rules.get(event.rule)
        timed = rule is not None and (rule.throttle_us is not None or rule.escalate is not None)
        withheld = (Telling.SILENCED, Telling.THROTTLED)
        return timed or any(f"{event.episode}/{reason}" in episodes for reason in withheld)


def _has_rules(running: RunningJob) -> bool:
    return any(isinstance(step, Alert) for step in running.plan.steps)
