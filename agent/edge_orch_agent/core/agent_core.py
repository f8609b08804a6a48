"""The agent's core: takes an event, lets the nouns that it concerns change, then draws all conclusions at once."""

from __future__ import annotations

from random import Random

from edge_orch.time import Instant
from edge_orch.twin.facts import DeviceFact
from edge_orch_agent.core.acknowledgements import Acknowledgements
from edge_orch_agent.core.alarms import Alarms
from edge_orch_agent.core.artifacts import Artifacts
from edge_orch_agent.core.audit import Audit
from edge_orch_agent.core.backoff import Backoff
from edge_orch_agent.core.commands import Command
from edge_orch_agent.core.commits import Commits
from edge_orch_agent.core.compaction import Compaction
from edge_orch_agent.core.control import Control
from edge_orch_agent.core.dating import Dating
from edge_orch_agent.core.delivery import Delivery
from edge_orch_agent.core.emissions import Emissions
from edge_orch_agent.core.events import (
    BatchRead,
    CommitFailed,
    Committed,
    Delivered,
    DeliveryFailed,
    Event,
    Measured,
    Merged,
    PersonEvent,
    PositionLost,
    SourceFailed,
    Started,
    Stopping,
    Woke,
)
from edge_orch_agent.core.expiry import Expiry
from edge_orch_agent.core.guarding import Crash, Guard, Unguarded
from edge_orch_agent.core.heartbeat import Heartbeat
from edge_orch_agent.core.identity import AgentIdentity
from edge_orch_agent.core.jobs import Jobs
from edge_orch_agent.core.ledger import Ledger
from edge_orch_agent.core.notifications import Notifications
from edge_orch_agent.core.outbox import Outbox
from edge_orch_agent.core.outcomes import Outcomes
from edge_orch_agent.core.parameters import Parameters
from edge_orch_agent.core.reconciliation import Reconciliation
from edge_orch_agent.core.replays import Replays
from edge_orch_agent.core.requests import Requests
from edge_orch_agent.core.running import SecretOf
from edge_orch_agent.core.sealing import Sealing
from edge_orch_agent.core.settings import Settings
from edge_orch_agent.core.sources import Sources
from edge_orch_agent.core.stored_state import StoredState
from edge_orch_agent.core.taps import Taps
from edge_orch_agent.core.view import AgentSnapshot, snapshot
from edge_orch_agent.core.wear import Wear
from edge_orch_agent.core.work import Work


class AgentCore:
    """All decisions of one agent.

    1. Nothing is acknowledged, sent, answered or delivered before it is durable.
    2. A transaction's states are the pipelines' after exactly the batches that its positions count.
    3. One transaction is under way at a time; what comes meanwhile is gathered for the next.
    4. Everything works with no link, ever.
    """

    def __init__(
        self,
        identity: AgentIdentity,
        stored: StoredState,
        settings: Settings,
        secret: SecretOf = lambda _name: None,
        guard: Guard | None = None,
    ) -> None:
        random = Random(identity.seed)  # noqa: S311 -- spreads retries, guards nothing
        backoff = Backoff(settings, random)
        self.identity = identity
        self._now: Instant | None = None
        self._report = stored.report
        self.work = Work(settings, identity.run)
        self.commits = Commits(backoff)
        self.ledger = Ledger(stored)
        self.outbox = Outbox(stored, settings.deliver_ahead)
        self.dating = Dating(self.outbox, self.work)
        self.delivery = Delivery(self.outbox, backoff)
        self.sealing = Sealing(identity.run, self.outbox, self.delivery, stored.dead_bytes, self.work.makers)
        self.expiry = Expiry(self.outbox, self.delivery, self.sealing, self.work)
        self.sources = Sources(stored.positions)
        self.artifacts = Artifacts(backoff)
        self.parameters = Parameters()
        self.twin = Reconciliation(identity, stored, settings, self.work, random)
        self.heartbeat = Heartbeat(identity.agent, settings, self.outbox, self.ledger, self.parameters)
        self.audit = Audit(self.ledger, self.outbox, Alarms(self.twin))
        self.taps = Taps()
        self.wear = Wear(settings, stored.wear)
        self.outcomes = Outcomes(self.work, self.outbox, self.twin, self.wear, self.audit)
        self.compaction = Compaction(settings, self.outbox, self.ledger)
        self.notifications = Notifications(identity, self.work, self.outbox, self.twin, settings)
        self.emissions = Emissions(self.work, self.twin, self.notifications, self.taps)
        self.replays = Replays(self.work, self.sealing, self.emissions)
        self.requests = Requests(identity.actor_nonce.hex(), self.work, self.twin, self.taps, self.replays)
        self.acknowledgements = Acknowledgements(identity, self.work, self.twin, self.notifications)
        self.jobs = Jobs(
            identity=identity,
            stored=stored,
            settings=settings,
            work=self.work,
            twin=self.twin,
            artifacts=self.artifacts,
            parameters=self.parameters,
            emissions=self.emissions,
            sources=self.sources,
            secret=secret,
            guard=guard or Unguarded(),
        )
        self.control = Control(self.twin, self.artifacts, self.heartbeat, self.jobs)

    def handle(self, event: Event, now: Instant) -> list[Command]:
        """Take one event and say what must be done, in that order. The first event is `Started`."""
        self._now = now
        return [*self._take(event, now), *self._conclude(now), *self.taps.show(self.jobs.running)]

    def wake_at(self) -> int | None:
        """The monotonic microsecond at which to hand in `Woke`."""
        if self._now is None:
            return None
        times = (
            self.commits.wake_at() if self.commits.flight else self.work.due_at(),
            self.delivery.wake_at(self._now),
            self.expiry.wake_at(self.jobs.max_age_us, self._now),
            self.artifacts.wake_at(self.twin.linked),
            self.parameters.wake_at(),
            self.notifications.wake_at(self._now),
            self.twin.wake_at(),
            self.heartbeat.wake_at(),
            self.wear.wake_at(),
            self.jobs.wake_at(),
            *(running.wake_at() for running in self.jobs.running.values()),
        )
        return min([time for time in times if time is not None], default=None)

    def view(self) -> AgentSnapshot:
        """The state as people may see it, from memory: costs no I/O."""
        return snapshot(self)

    def inflow_per_day(self, job: str) -> int | None:
        """Bytes a day that come for the job's sinks, as of the last event; None while that is not known."""
        return self.sealing.inflow.per_day(job, self._now) if self._now else None

    def _take(self, event: Event, now: Instant) -> list[Command]:
        match event:
            case Started(crash):
                self._start(crash, now)
            case Woke():
                # Whatever else is due is found in `_conclude`.
                self.expiry.drop(self.jobs.max_age_us, self.jobs.sink_of, now)
            case Stopping():
                self.delivery.end()
                self.work.end()
            case BatchRead():
                self._read(event, now)
            case SourceFailed() | PositionLost():
                self._troubled(event, now)
            case Committed():
                return self._committed(event, now)
            case CommitFailed():
                self.commits.failed(event, now)
            case Delivered() | DeliveryFailed():
                self.outcomes.take(self.delivery.ended(event, now), now)
            case Merged():
                self.compaction.merged(event)
            case Measured(written):
                self.wear.measured(written, self.work.gathered.upkeep, now)
                self.audit.wear(self.identity.agent, self.wear.trouble(), now)
            case _ if isinstance(event, PersonEvent):
                return self.requests.take(event, self.jobs.running, now)
            case _:
                return self.control.take(event, now)
        return []

    def _troubled(self, event: SourceFailed | PositionLost, now: Instant) -> None:
        if isinstance(event, SourceFailed):
            self.sources.troubled(event.job, event.reason)
            return
        self.work.gathered.intake.positions[self.sources.lost(event.job, event.partition)] = None
        self.audit.position(event, now)

    def _conclude(self, now: Instant) -> list[Command]:
        """Everything that follows from the state as it is now."""
        self.dating.follow(now)
        self._follow_facts(now)
        self._let_time_pass(now)
        self.jobs.promote(now)
        self.jobs.tidy(self._undelivered, now)
        if self.commits.flight is None and not self.work.gathered.notices:
            self.twin.roll(self.outbox.subjects, now)
        return [
            *self.twin.compare(now),
            *self.heartbeat.beat(now),
            *self.wear.measure(now),
            *self.artifacts.fetch(self.twin.linked, now),
            *self._commit(now),
            *self.sources.settle(self.jobs.running, self.outbox.size, self._awaits),
            *self.delivery.start(self.jobs.sink_of, now),
            *self.compaction.start(self.jobs.limits),
        ]

    def _start(self, crash: Crash | None, now: Instant) -> None:
        identity = self.identity
        self.dating.start(self.twin.facts().device.get("self"), now)
        self.twin.write(
            DeviceFact(identity.agent, identity.labels, identity.firmware, identity.software, identity.boot), now
        )
        self.audit.store(identity.agent, self._report, now)
        self.audit.balance(self.ledger.keys(), now)
        self.jobs.start(crash, now)

    def _read(self, event: BatchRead, now: Instant) -> None:
        running = self.jobs.running.get(event.job)
        if running is None or not self.sources.reads(event.job, running.plan.source):
            return  # not acknowledged: its origin keeps it for whoever reads next
        emissions = running.process(event.batch)
        for emission in emissions:
            self.emissions.take(running, emission, now)
        self.work.batch(event, sum(emission.records for emission in emissions), now)
        self.sources.taken(event.job, event.positions)
        self.jobs.took(running, event, emissions, now)

    def _committed(self, event: Committed, now: Instant) -> list[Command]:
        durable, told = self.commits.done(event)
        infos = [segment.info for segment in durable.segments]
        for info in infos:
            self.outbox.append(info)
        for stream, cursor in durable.cursors.items():
            self.outbox.passed(stream, cursor)
        self.compaction.came(infos)
        for slot in durable.slots:
            self.delivery.hurry(slot.job)
            in_use = {other.version for other in self.jobs.slots.of(slot.job)}
            self.work.gathered.upkeep.ledger += self.ledger.closed(slot.job, in_use)
        self.replays.durable(durable.replayed)
        self.audit.balance(self.ledger.add(durable, infos), now)
        self.audit.backlog(self.jobs.sink_of, now)
        return [*told, *self.twin.persisted(durable.all_changes(), now)]

    def _follow_facts(self, now: Instant) -> None:
        """Until nothing new follows: a job that starts brings parameters that facts speak of."""
        while self.twin.stale or self.parameters.due(now):
            self.twin.stale = False
            params = {job: running.plan.params for job, running in self.jobs.running.items()}
            self.parameters.fold(self.twin.facts(), params, now)
            self.jobs.follow(self.parameters.effective.desired, now)
            self.audit.plans(self.jobs.damaged.troubles(), now)
            self.acknowledgements.tell(self.jobs.running, now)
            self.notifications.pass_time(self.jobs.running, now)
        for job, running in self.jobs.running.items():
            if running.values != self.parameters.of(running.plan):
                self.work.touch(job, now)
                self.work.hasten(now)

    def _let_time_pass(self, now: Instant) -> None:
        if self.notifications.due(now):
            self.notifications.pass_time(self.jobs.running, now)
        for job, running in list(self.jobs.running.items()):
            due = running.wake_at()
            if due is not None and due <= now.mono_us:
                self.emissions.take(running, running.advance(now), now)
                if running.stuck:
                    self.jobs.give_up(job, now)

    def _commit(self, now: Instant) -> list[Command]:
        if self.commits.flight is not None:
            if self.commits.takes_urgent:
                urgent = self.work.take_urgent()
                self.sealing.seal(urgent, self.jobs.limits(), self.jobs.sink_of, now)
                self.commits.absorb(urgent)
            return self.commits.give(now)
        due = self.work.due_at()
        if due is None or due > now.mono_us:
            return []
        gathered = self.work.take()
        for job in sorted(gathered.touched & self.jobs.running.keys()):
            running = self.jobs.running[job]
            running.save(gathered.intake, self.parameters.of(running.plan))
        self.sealing.seal(gathered, self.jobs.limits(), self.jobs.sink_of, now)
        self.commits.begin(gathered)
        return self.commits.give(now)

    def _awaits(self, job: str) -> bool:
        return self.work.awaits(job) or self.commits.awaits(job)

    def _undelivered(self, job: str) -> bool:
        return self.outbox.holds(job) or self.work.holds(job) or self.commits.holds(job)
