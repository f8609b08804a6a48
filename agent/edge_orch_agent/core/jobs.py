"""Jobs: from what the controller wants to what runs, and back to the last good version when that fails."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence

from edge_orch.engine.records import Device, Emission
from edge_orch.errors import Refused
from edge_orch.plan.plan import Limits, Plan, Sink, step_digest
from edge_orch.plan.secrets import step_secrets
from edge_orch.time import Instant
from edge_orch.twin.encoding import shortened
from edge_orch.twin.facts import Desired, JobState, Reported
from edge_orch_agent.core.artifacts import Artifacts
from edge_orch_agent.core.damaged_plans import DamagedPlans
from edge_orch_agent.core.emissions import Emissions
from edge_orch_agent.core.events import BatchRead
from edge_orch_agent.core.guarding import Crash, Guard, Overran
from edge_orch_agent.core.identity import AgentIdentity
from edge_orch_agent.core.launch import Launch, Past
from edge_orch_agent.core.library import Library
from edge_orch_agent.core.parameters import Parameters
from edge_orch_agent.core.probation import Probation
from edge_orch_agent.core.reconciliation import Reconciliation
from edge_orch_agent.core.running import RunningJob, SecretOf
from edge_orch_agent.core.settings import Settings
from edge_orch_agent.core.slots import Slots
from edge_orch_agent.core.sources import Sources
from edge_orch_agent.core.stored_state import StoredState
from edge_orch_agent.core.transaction import Slot, SlotName, StreamId
from edge_orch_agent.core.work import Work

_NEWEST_FIRST = (SlotName.CANDIDATE, SlotName.CURRENT, SlotName.LAST_GOOD, SlotName.RETIRED)


class Jobs:
    """All jobs of the device. What fails is given up, remembered and reported; its neighbours do not notice."""

    def __init__(
        self,
        *,
        identity: AgentIdentity,
        stored: StoredState,
        settings: Settings,
        work: Work,
        twin: Reconciliation,
        artifacts: Artifacts,
        parameters: Parameters,
        emissions: Emissions,
        sources: Sources,
        secret: SecretOf,
        guard: Guard,
    ) -> None:
        device = Device(identity.agent, identity.labels, identity.firmware)
        self._launch = Launch(device, secret, guard)
        self._settings = settings
        self._work = work
        self._twin = twin
        self._artifacts = artifacts
        self._parameters = parameters
        self._emissions = emissions
        self._sources = sources
        self._secret = secret
        self._library = Library(identity.controller_keys, stored.envelopes)
        self._pasts = {job: Past(state, stored.replays.get(job, ()), away=True) for job, state in stored.states.items()}
        self.slots = Slots(stored.slots)
        self.damaged = DamagedPlans(self.slots, self._library)
        self._probation = Probation(settings, self.slots, self._before)
        self.running: dict[str, RunningJob] = {}

    def start(self, crash: Crash | None, now: Instant) -> None:
        """Run what ran before the process ended, but for a version that ends it again and again. Needs no network."""
        for job in self.slots.jobs():
            slot = self.slots.running(job)
            if slot is not None:
                error = self._condemn(slot, crash) if crash is not None else ""
                self._resume(job, self._pasts.pop(job, Past()), error, now)

    def fetched(self, digest: str, envelope: bytes) -> None:
        """An envelope has come; `follow` looks into it."""
        self._library.put(digest, envelope)
        self._twin.stale = True

    def follow(self, desired: Mapping[str, Desired], now: Instant) -> None:
        """Bring what runs in line with what is wanted, as far as possible without the network."""
        missing = [want.digest for want in desired.values() if not self._satisfy(want, now)]
        damaged = self.damaged.waiting(self._work.gathered.upkeep)
        missing += [one.digest for one in damaged if one.digest not in self._library or not self._install(one, now)]
        self._artifacts.want(missing)
        self._library.keep({*missing, *(slot.digest for job in self.slots.jobs() for slot in self.slots.of(job))})

    def took(self, running: RunningJob, event: BatchRead, emissions: Sequence[Emission], now: Instant) -> None:
        """A version has worked on a batch: one that breaks, or does not stand its probation, is given up."""
        job = event.job
        blame = self._probation.took(running, event, emissions, now)
        if blame and self.slots.get(job, SlotName.CURRENT) is None:
            self._report(job, self._reported(job).generation, f"version {running.slot.version}: {blame}", now)
        elif blame:
            running.failure = blame
            self.give_up(job, now)
        elif running.stuck or running.failures >= self._settings.failures_before_rollback:
            self.give_up(job, now)

    def give_up(self, job: str, now: Instant) -> None:
        """What runs has failed: return to the last good version, with the state it has."""
        failed = self.running.pop(job)
        self.slots.give_up(job, self._work.gathered.upkeep)
        good = self.slots.running(job)
        partial_rows, state = failed.closed(_steps(self._library.kept(good) if good else None))
        self._emissions.take(failed, partial_rows, now)
        self._work.gathered.intake.states[job] = state
        self._resume(job, Past(state), f"version {failed.slot.version}: {failed.failure}", now)
        if job in self.running:
            self._emissions.close_episodes(failed, self.running[job].plan, now)

    def promote(self, now: Instant) -> None:
        """Candidates that have run long enough become what one returns to."""
        for job, end in self._probation.ends(self.running).items():
            if end <= now.mono_us:
                self.slots.promote(job, self._work.gathered.upkeep)
                self._work.note(now)

    def wake_at(self) -> int | None:
        """When the next candidate has proven itself."""
        return min(self._probation.ends(self.running).values(), default=None)

    def cpu_us(self, job: str) -> int:
        """Processor time that the job's own code took in this run, in microseconds."""
        return self._launch.guard.cpu_us(job)

    def limits(self) -> dict[str, Limits]:
        """What each running job may take on the device."""
        return {job: running.plan.limits for job, running in self.running.items()}

    def max_age_us(self, job: str) -> int:
        """How long the job's records may wait for their sink: as the newest version that is kept says."""
        plan = next(self._kept(job), None)
        return plan.limits.max_age_us if plan else Limits().max_age_us

    def sink_of(self, stream: StreamId) -> Sink | None:
        """The sink that the stream goes to: as the version that runs defines it, else an earlier one that is kept.

        So a corrected definition helps what is waiting already, and what waits for a sink that is gone still gets out.
        """
        return next((sink for plan in self._kept(stream.job) for sink in plan.sinks if sink.name == stream.sink), None)

    def tidy(self, waiting: Callable[[str], bool], now: Instant) -> None:
        """Forget retired jobs with nothing `waiting` to be delivered."""
        for slot in self.slots.all_in(SlotName.RETIRED):
            if not waiting(slot.job):
                self.slots.forget(slot.job, self._work.gathered.upkeep)
                self._work.note(now)

    def _before(self, running: RunningJob, slot: Slot, now: Instant) -> RunningJob | None:
        """An earlier version as it would run in place of this one; it is only asked what it would do."""
        plan = self._library.kept(slot)
        if plan is None:
            return None
        values = self._parameters.resolved(plan, self._twin.facts(), now)
        try:
            return self._launch.run(slot, plan, values, Past(running.snapshot()), now)
        except (Exception, Overran):  # nor could it be returned to
            return None

    def _condemn(self, slot: Slot, crash: Crash) -> str:
        """Give the version up if it is to blame for the end of several processes; returns why, empty if it is not."""
        if (slot.job, slot.version) != (crash.job, crash.version) or not crash.is_no_chance(self._settings):
            return ""
        self.slots.give_up(slot.job, self._work.gathered.upkeep)
        return f"version {slot.version}: the agent's process ended {crash.in_a_row} times in a row while it worked"

    def _kept(self, job: str) -> Iterator[Plan]:
        slots = (self.slots.get(job, name) for name in _NEWEST_FIRST)
        return (plan for slot in slots if slot is not None and (plan := self._library.kept(slot)))

    def _satisfy(self, want: Desired, now: Instant) -> bool:
        """Whether nothing has to be fetched for it."""
        slot = self.slots.running(want.job)
        if want.removed:
            self._remove(want, now)
        elif slot is not None and slot.generation >= want.generation:
            pass
        elif slot is not None and slot.digest == want.digest:
            self.slots.retarget(want.job, want.generation, want.version, self._work.gathered.upkeep)
            self._report(want.job, want.generation, "", now)
        elif self.slots.has_failed(want.job, want.digest):
            self._refuse_again(want, now)
        elif want.digest in self._library:
            return self._install(Slot(want.job, SlotName.CANDIDATE, want.version, want.digest, want.generation), now)
        else:
            return False
        return True

    def _install(self, slot: Slot, now: Instant) -> bool:
        """Run the version on probation. False if that cannot be tried now: its envelope is fetched again later."""
        try:
            plan = self._library.plan(slot)
        except Refused as error:
            return self._postpone(slot, f"is not trusted: {error}", now)
        missing = [name for name in step_secrets(plan) if self._secret(name) is None]
        if missing:  # the device lacks something, not the version
            return self._postpone(slot, f"waits for what this device lacks: the secret {', '.join(missing)}", now)
        transaction = self._work.gathered.upkeep
        old = self.running.get(slot.job)
        partial_rows, past = Emission(), self._pasts.pop(slot.job, Past())
        if old is not None:
            partial_rows, state = old.closed(_steps(plan))
            past = Past(state)
        try:
            new = self._run(slot, plan, past, now)
        except (Exception, Overran) as error:  # a version that cannot start is its author's to mend; what runs goes on
            self.slots.refuse(slot, transaction)
            self._report(slot.job, slot.generation, f"version {slot.version} cannot start: {error}", now)
            return True
        if old is not None:
            self._emissions.take(old, partial_rows, now)
            self._emissions.close_episodes(old, plan, now)
            if old.plan.source.kind != plan.source.kind:
                self._forget_positions(slot.job)
        self.running[slot.job] = new
        self.slots.begin(slot, transaction)
        transaction.envelopes[slot.digest] = self._library.envelope(slot.digest)
        self._work.touch(slot.job, now)
        self._report(slot.job, slot.generation, new.failure, now)
        return True

    def _postpone(self, slot: Slot, reason: str, now: Instant) -> bool:
        error = f"version {slot.version} {reason}"
        self._library.discard(slot.digest)
        self._artifacts.failed(slot.digest, error, now)
        self._report(slot.job, slot.generation, error, now)
        return False

    def _resume(self, job: str, past: Past, error: str, now: Instant) -> None:
        """Run what the slots say; of versions that cannot start any more, go back to the one before."""
        generation = self._reported(job).generation if error else 0
        while (slot := self.slots.running(job)) is not None:
            generation = max(generation, slot.generation)
            try:
                self.running[job] = self._run(slot, self._library.plan(slot), past, now)
            except Refused as refusal:
                error = self.damaged.lose(slot, refusal, self._work.gathered.upkeep, error)
            except (Exception, Overran) as failure:
                error = error or f"version {slot.version} cannot start: {failure}"
                self.slots.give_up(job, self._work.gathered.upkeep)
            else:
                error = error or self.running[job].failure  # it may have begun with empty windows
                break
        if job not in self.running:
            self._pasts[job] = past
        if error:
            self._work.hasten(now)
            self._report(job, generation, error, now)

    def _run(self, slot: Slot, plan: Plan, past: Past, now: Instant) -> RunningJob:
        self._twin.stale = True  # its parameters have to be worked out
        values = self._parameters.resolved(plan, self._twin.facts(), now)
        return self._launch.run(slot, plan, values, past, now)

    def _remove(self, want: Desired, now: Instant) -> None:
        running = self.running.pop(want.job, None)
        if running is not None:
            partial_rows, _ = running.closed(_steps(None))
            self._emissions.take(running, partial_rows, now)
            self._emissions.close_episodes(running, None, now)
        if any(slot.slot is not SlotName.RETIRED for slot in self.slots.of(want.job)):
            self.slots.retire(want.job, self._work.gathered.upkeep)
            self._forget_positions(want.job)
            self._work.gathered.intake.states[want.job] = None
            self._work.hasten(now)
        self._twin.write(Reported(want.job, want.version, want.digest, want.generation, JobState.REMOVED), now)

    def _refuse_again(self, want: Desired, now: Instant) -> None:
        """Say, once per generation, that this content has failed here and is not tried again."""
        if self._reported(want.job).generation < want.generation:
            failed = f"version {want.version} has failed on this device before and is not tried again"
            self._report(want.job, want.generation, failed, now)

    def _forget_positions(self, job: str) -> None:
        """They mean nothing to what reads next, if anything does."""
        for key in self._sources.forget(job):
            self._work.gathered.intake.positions[key] = None

    def _report(self, job: str, generation: int, error: str, now: Instant) -> None:
        """Tell what runs, as the answer to that generation; with nothing that runs, what failed."""
        slot = self.slots.running(job)
        shown = slot or self.slots.get(job, SlotName.DAMAGED) or self.slots.get(job, SlotName.FAILED)
        version, digest = (shown.version, shown.digest) if shown else (0, "")
        state = JobState.RUNNING if slot else JobState.FAILED
        self._twin.write(Reported(job, version, digest, generation, state, shortened(error)), now)

    def _reported(self, job: str) -> Reported:
        """What was last reported of the job."""
        nothing = Reported(job, 0, "", 0, JobState.REMOVED)
        return self._twin.facts().reported.get(job, nothing)


def _steps(plan: Plan | None) -> set[str]:
    """The digests of a version's steps: what has one of them keeps its state."""
    return {step_digest(step) for step in plan.steps} if plan else set()
