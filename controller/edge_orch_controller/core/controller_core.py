"""The controller's decisions: events and time in, commands out; no clock, file, socket or randomness inside.

Invariants:
1. A change is sent only after it is durable: sessions hear of changes by `Committed`, and answer then.
2. At most one commit is on its way; a failed one takes with it whatever was built on it, and twins are loaded afresh.
3. A wish is written only once we have all that its agent has: generations that a restored controller has forgotten are
   known by then.
4. What an agent should run is a function of the newest rollouts and its labels, compared again whenever it speaks, at
   each round, and when a job is applied: a crash between any two steps leaves nothing half asked for.
5. However many agents speak at once, a bounded number is served at a time, and every one in the end (`Reception`).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any

from edge_orch.errors import EdgeOrchError, Problem
from edge_orch.plan.plan import ParamSpec
from edge_orch.time import Instant
from edge_orch.twin.change import covers
from edge_orch.twin.commands import Quarantine, SyncMessage
from edge_orch.wire.messages import Delta, Have, Roll, Telemetry, Unknown, Unsupported
from edge_orch_controller.core import events, requests
from edge_orch_controller.core.assignments import Assignments
from edge_orch_controller.core.commands import Command, Send, Warn
from edge_orch_controller.core.copies import Copies
from edge_orch_controller.core.fleet import Member
from edge_orch_controller.core.gathering import Gathering
from edge_orch_controller.core.keeper import Keeper
from edge_orch_controller.core.reception import Changes, Reception, Visit
from edge_orch_controller.core.records import Rollout, Standing
from edge_orch_controller.core.requests import Requests
from edge_orch_controller.core.rollouts import RolloutPlan
from edge_orch_controller.core.settings import Settings
from edge_orch_controller.core.transaction import StoredState
from edge_orch_controller.core.twins import Twin


class ControllerCore:
    """A `Machine` for one controller. `members`, `plans`, `rollout` and `params` may be read between events."""

    def __init__(self, settings: Settings, stored: StoredState) -> None:
        self._settings = settings
        self._members: dict[str, Member] = {}
        self._gathering = Gathering()
        self._assignments = Assignments(stored.jobs, self._members, self._gathering)
        self._twins = Keeper(settings, self._gathering, changed=self._twin_changed, online=self._is_online)
        self._requests = Requests(settings.nonce, self._members, self._assignments.plans, self._twins, self._gathering)
        self.copies = Copies()
        self._reception = Reception(
            settings, self._members, wanted=self._assignments.wanted, serve=self._serve, level=self._agent_is_level
        )
        self._retry_at: int | None = None
        self._lost: set[str] = set()
        for agent in stored.agents:
            standing = stored.standings.get(agent.name, Standing())
            self._members[agent.name] = Member(agent, standing, last_seen_us=agent.last_seen_us)
            self._assignments.observe(agent.name)
        self._handlers: dict[type, Callable[[Any, Instant], Iterable[Command]]] = {
            events.Started: lambda _, __: (),
            events.Woke: self._woke,
            events.JobApplied: self._job_applied,
            events.AgentEnrolled: self._agent_enrolled,
            events.AgentUp: self._agent_up,
            events.AgentDown: self._agent_down,
            events.MessageReceived: self._message_received,
            events.ChangesRefused: self._changes_refused,
            events.TwinLoaded: self._twin_loaded,
            events.LoadFailed: self._load_failed,
            events.Committed: self._committed,
            events.CommitFailed: self._commit_failed,
            **dict.fromkeys(requests.KINDS, self._requests.take),
        }

    # What may be read.

    def members(self) -> Mapping[str, Member]:
        """Every enrolled agent by name."""
        return self._members

    def plans(self) -> Mapping[str, RolloutPlan]:
        """By job: its newest rollout."""
        return self._assignments.plans

    def rollout(self, rollout_id: str) -> Rollout | None:
        """The live account of a rollout, if it is the newest of its job."""
        return self._assignments.rollout(rollout_id)

    def params(self) -> dict[str, tuple[ParamSpec, ...]]:
        """By job: the parameters of the version that is rolled out."""
        return self._assignments.params()

    def wake_at(self) -> int | None:
        """The monotonic microsecond at which to hand in `Woke`."""
        times = [at for at in (self._reception.wake_at(), self._retry_at) if at is not None]
        return min(times, default=None)

    def handle(self, event: events.Event, now: Instant) -> list[Command]:
        """Take one event and say what must be done, in that order."""
        commands = [*self._handlers[type(event)](event, now), *self._reception.admit(now)]
        commit = self._gathering.next_commit(now)
        return [*commands, commit] if commit else commands

    # Rollouts.

    def _job_applied(self, event: events.JobApplied, _: Instant) -> Iterable[Command]:
        if self._assignments.apply(event.job):
            for name in self._members:
                self._reception.expect(name)
        return ()

    def _ask(self, twin: Twin, _: Instant) -> Iterable[Command]:
        """Ask an agent that is here for what it should run, if that is not yet asked for."""
        claim = self._members[twin.agent].claim
        if claim is None or not covers(twin.replica.vector(), claim):
            return ()  # 3: it is asked when its changes are durable here
        warnings = list(self._assignments.recollect(twin.agent))
        self._twins.edit(twin, self._assignments.wanted(twin.agent))
        return warnings

    # Agents.

    def _agent_enrolled(self, event: events.AgentEnrolled, _: Instant) -> Iterable[Command]:
        member = self._members.setdefault(event.agent.name, Member(event.agent))
        member.agent = event.agent
        self.copies.forget(event.agent.name)
        self._assignments.observe(event.agent.name)
        self._reception.expect(event.agent.name)
        return ()

    def _agent_up(self, event: events.AgentUp, now: Instant) -> Iterable[Command]:
        member = self._members.get(event.agent)
        if member is not None:
            member.online, member.claim = True, None
            self._seen(member, now)
            self._reception.up(event.agent, now)
        return ()

    def _agent_down(self, event: events.AgentDown, now: Instant) -> Iterable[Command]:
        member = self._members.get(event.agent)
        if member is not None:
            member.online = False
            self._seen(member, now)
            self._reception.down(event.agent)
        return ()

    def _is_online(self, name: str) -> bool:
        return self._members[name].online

    def _seen(self, member: Member, now: Instant) -> None:
        member.last_seen_us = now.wall_us
        self._gathering.agent_seen(member.agent.name, now.wall_us)

    def _woke(self, _: events.Woke, now: Instant) -> Iterable[Command]:
        yield from self._reception.round(now)
        if self._retry_at is not None and now.mono_us >= self._retry_at:
            self._retry_at = None
            self._gathering.resume()
            lost, self._lost = self._lost, set()
            for name in sorted(lost):
                yield from self._twins.do(name, self._ask, now)

    def _message_received(self, event: events.MessageReceived, now: Instant) -> Iterable[Command]:
        member, message = self._members.get(event.agent), event.message
        if member is None:
            return
        member.last_seen_us = now.wall_us
        match message:
            case Telemetry():
                self._reception.told(member, message)
            case Unknown(kind):
                yield Send(event.agent, Unsupported(kind))
            case Unsupported(kind):
                yield Warn(event.agent, Problem(f"it does not know messages of the kind {kind!r}"))
            case Have(doc) | Delta(doc) | Roll(doc) if doc != event.agent:
                yield Warn(event.agent, Problem("sent changes of a twin that is not its own", found=doc))
            case Have() | Delta() | Roll():
                if self.copies.heard(event.agent, message.boot, now.mono_us):
                    yield Warn(event.agent, Problem("two devices run as this agent: its disk was copied"))
                member.claim = member.claim if isinstance(message, Roll) else dict(message.vector)
                yield from self._reception.spoke(member, message, event.read, now)
            case _:
                pass  # a handshake's messages belong to the link

    def _changes_refused(self, event: events.ChangesRefused, _: Instant) -> Iterable[Command]:
        if event.agent in self._members:
            self._members[event.agent].refusal = str(event.problem)
            yield Warn(event.agent, event.problem)

    def _serve(self, name: str, visit: Visit, now: Instant) -> Iterable[Command]:
        def work(twin: Twin, now: Instant) -> Iterable[Command]:
            said = [*self._receive(twin, visit.message, visit.read, now)] if visit.message else [*self._ask(twin, now)]
            if visit.greet or visit.owes:
                said.extend(self._twins.perform(twin, twin.session.open()))
            self._settle(twin)
            answered = any(isinstance(command, Send) for command in said)
            if answered or twin.uncommitted:
                self._reception.answered(name)
            else:
                said.extend(self._reception.greeting(self._members[name]))
            # Whoever is level does not answer a greeting; of a refused message nothing follows.
            if not twin.uncommitted and (visit.greet or not answered):
                self._reception.done(name)
            return said

        return self._twins.do(name, work, now)

    def _settle(self, twin: Twin) -> None:
        """Take note of what is durable; a twin that is the same on both sides gives its place to the next."""
        member = self._members[twin.agent]
        if not twin.session.rolling:
            member.heads, member.have = twin.heads, twin.have
        if twin.session.level and not twin.uncommitted:
            self._reception.done(twin.agent)

    def _agent_is_level(self, name: str, have: Have) -> Iterable[Command]:
        twin = self._twins.find(name)
        return self._twins.perform(twin, twin.session.receive(have)) if twin else ()

    def _receive(self, twin: Twin, message: SyncMessage, read: Changes, now: Instant) -> Iterable[Command]:
        try:
            wanted = twin.session.receive(message, read)
            self._members[twin.agent].refusal = next((c.reason for c in wanted if isinstance(c, Quarantine)), "")
            said = self._twins.perform(twin, wanted)
            if twin.session.rolling:
                self._members[twin.agent].claim = {}  # its root holds every wish that it has
            return [*said, *self._ask(twin, now)]
        except EdgeOrchError as error:
            return [Warn(twin.agent, problem) for problem in error.problems]

    # Twins and commits.

    def _twin_loaded(self, event: events.TwinLoaded, now: Instant) -> Iterable[Command]:
        return self._twins.loaded(event.agent, event.changes, event.epoch, now)

    def _load_failed(self, event: events.LoadFailed, _: Instant) -> Iterable[Command]:
        self._reception.done(event.agent)
        return self._twins.load_failed(event.agent, event.reason)

    def _twin_changed(self, twin: Twin) -> None:
        member = self._members[twin.agent]
        member.standing = Standing.of(twin.facts)
        self._assignments.observe(twin.agent)

    def _committed(self, event: events.Committed, now: Instant) -> Iterable[Command]:
        work = self._gathering.committed(event.ticket)
        if work is None:
            return []
        commands = [*work.replies, *self._twins.committed(work)]
        for twin in work.twins.values():
            commands += self._ask(twin, now)
            self._settle(twin)
        return commands

    def _commit_failed(self, event: events.CommitFailed, now: Instant) -> Iterable[Command]:
        work = self._gathering.failed(event.ticket, event.reason)
        if work is None:
            return []
        self._retry_at = now.mono_us + self._settings.retry_us
        for name in work.twins:
            self._twins.drop(name)
            self._lost.add(name)
            self._reception.done(name)
        return work.replies
