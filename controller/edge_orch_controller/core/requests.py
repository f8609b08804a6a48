"""What people ask for centrally, as facts in an agent's twin."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from edge_orch.errors import EdgeOrchError, Problem
from edge_orch.plan.steps import Alert
from edge_orch.time import Instant
from edge_orch.twin.facts import Ack, Fact, Override, Silence
from edge_orch.twin.interventions import Hush, NotFound, Wish, make_ack, make_override, make_silence
from edge_orch.twin.rights import override_id
from edge_orch_controller.core.commands import Command, Reply
from edge_orch_controller.core.events import AckRequested, OverrideRequested, SilenceRequested
from edge_orch_controller.core.fleet import Member
from edge_orch_controller.core.gathering import Gathering
from edge_orch_controller.core.keeper import Keeper
from edge_orch_controller.core.records import AuditEntry
from edge_orch_controller.core.rollouts import RolloutPlan
from edge_orch_controller.core.twins import Twin

Request = OverrideRequested | AckRequested | SilenceRequested
KINDS: tuple[type, ...] = (OverrideRequested, AckRequested, SilenceRequested)


class Requests:
    """Checks a request and writes the fact it asks for; answered when that is durable, or at once if it is wrong.

    `nonce`: of this start, so that no id of an override or silence ever comes back.
    """

    def __init__(
        self,
        nonce: bytes,
        members: Mapping[str, Member],
        plans: Mapping[str, RolloutPlan],
        twins: Keeper,
        gathering: Gathering,
    ) -> None:
        self._nonce = nonce.hex()
        self._made = 0
        self._members = members
        self._plans = plans
        self._twins = twins
        self._gathering = gathering

    def take(self, request: Request, now: Instant) -> Iterable[Command]:
        """Do what the person asks for."""
        if request.agent not in self._members:
            problem = Problem(f"no agent {request.agent!r}", next_step="edge-orch get agents")
            return [Reply(request.request, error=NotFound(problem))]

        def write(twin: Twin, now: Instant) -> Iterable[Command]:
            try:
                fact = self._fact(request, twin, now)
                self._twins.edit(twin, [fact])  # refuses what is too large for a fact
            except EdgeOrchError as error:
                return [Reply(request.request, error=error)]
            self._gathering.intervened(Reply(request.request, fact), _audited(request, fact, now))
            return []

        return self._twins.do(request.agent, write, now, request.request)

    def _fact(self, request: Request, twin: Twin, now: Instant) -> Fact:
        match request:
            case AckRequested():
                return make_ack(
                    twin.facts, request.episode, origin="controller", by=request.by, note=request.note, at=now
                )
            case OverrideRequested():
                return self._override(request, twin, now)
            case SilenceRequested():
                return self._silence(request, twin, now)

    def _override(self, request: OverrideRequested, twin: Twin, now: Instant) -> Override:
        plan = self._plans.get(request.job)
        if plan is None:
            raise NotFound(Problem(f"no job {request.job!r}", next_step="edge-orch get jobs"))
        wish = Wish(
            job=request.job,
            param=request.param,
            value=request.value,
            reason=request.reason,
            by=request.by,
            role=request.role,
            origin="controller",
            expires_in_us=request.expires_in_us,
        )
        return make_override(wish, plan.plan.params, twin.facts, self._new_id(), now)

    def _silence(self, request: SilenceRequested, twin: Twin, now: Instant) -> Silence:
        hush = Hush(
            job=request.job,
            rule=request.rule,
            reason=request.reason,
            by=request.by,
            origin="controller",
            expires_in_us=request.expires_in_us,
            key_values=request.key_values,
            lifts=request.lifts,
        )
        labels = self._members[twin.agent].agent.labels
        rules = {
            job: [step.name for step in plan.plan.steps if isinstance(step, Alert)]
            for job, plan in self._plans.items()
            if plan.targets(labels)
        }
        return make_silence(hush, rules, twin.facts, self._new_id(), now)

    def _new_id(self) -> str:
        self._made += 1
        return override_id("controller", f"{self._nonce}-{self._made}")


def _audited(request: Request, fact: Fact, now: Instant) -> AuditEntry:
    match request, fact:
        case AckRequested(), Ack():
            return AuditEntry(now.wall_us, request.by, "alert.ack", f"{request.agent}/{fact.key}", request.note)
        case SilenceRequested(), Silence():
            subject = f"{request.agent}/{fact.job}.{fact.rule or '*'}"
            what = "silence.lift" if fact.lifts else "silence.set"
            return AuditEntry(now.wall_us, request.by, what, subject, request.reason)
        case OverrideRequested(), _:
            subject = f"{request.agent}/{request.job}.{request.param}"
            detail = f"{request.value!r}, because {request.reason}"
            return AuditEntry(now.wall_us, request.by, "override.set", subject, detail)
    raise AssertionError(request)
