"""What a person asks for at the device: facts, and a look at live records."""

from __future__ import annotations

from collections.abc import Mapping

from edge_orch.errors import EdgeOrchError, Problem
from edge_orch.plan.steps import Alert
from edge_orch.time import Instant
from edge_orch.twin.facts import Ack, Override, Silence
from edge_orch.twin.interventions import Hush, NotFound, Wish, make_ack, make_override, make_silence
from edge_orch.twin.rights import override_id
from edge_orch_agent.core.commands import Command, Reply
from edge_orch_agent.core.events import (
    AckRequested,
    OverrideRequested,
    PersonEvent,
    Recalled,
    ReplayRequested,
    SilenceRequested,
    TapClosed,
    TapRequested,
)
from edge_orch_agent.core.reconciliation import Reconciliation
from edge_orch_agent.core.replays import Replays
from edge_orch_agent.core.running import RunningJob
from edge_orch_agent.core.taps import Taps
from edge_orch_agent.core.work import Work

Request = OverrideRequested | AckRequested | SilenceRequested


class Requests:
    """Checks a request and writes the fact it asks for; answered when that is durable, or at once if it is wrong.

    `unique`: the boot's nonce in hex, so that no id of an override or silence ever comes back.
    """

    def __init__(self, unique: str, work: Work, twin: Reconciliation, taps: Taps, replays: Replays) -> None:
        self._replays = replays
        self._unique = unique
        self._work = work
        self._twin = twin
        self._taps = taps
        self._made = 0

    def take(self, request: PersonEvent, running: Mapping[str, RunningJob], now: Instant) -> list[Command]:
        """Do what the person asks for."""
        if isinstance(request, TapRequested | TapClosed):
            return self._taps.change(request, running)
        if isinstance(request, ReplayRequested | Recalled):
            return self._replays.take(request, running, now)
        try:
            fact = self._fact(request, running, now)
        except EdgeOrchError as error:
            return [Reply(request.request, problem=error.problems[0])]
        if not self._twin.write(fact, now):
            return [Reply(request.request, problem=Problem(self._twin.refusal))]
        self._work.reply(Reply(request.request, fact.key), now)
        return []

    def _fact(self, request: Request, running: Mapping[str, RunningJob], now: Instant) -> Override | Ack | Silence:
        match request:
            case AckRequested():
                facts = self._twin.facts()
                return make_ack(facts, request.episode, origin="agent", by=request.by, note=request.note, at=now)
            case SilenceRequested():
                return self._silence(request, running, now)
            case OverrideRequested():
                return self._override(request, running, now)

    def _silence(self, request: SilenceRequested, running: Mapping[str, RunningJob], now: Instant) -> Silence:
        hush = Hush(
            job=request.job,
            rule=request.rule,
            reason=request.reason,
            by=request.by,
            origin="agent",
            expires_in_us=request.expires_in_us,
            key_values=request.key_values,
            lifts=request.lifts,
        )
        rules = {
            name: [step.name for step in job.plan.steps if isinstance(step, Alert)] for name, job in running.items()
        }
        return make_silence(hush, rules, self._twin.facts(), self._new_id(), now)

    def _override(self, request: OverrideRequested, running: Mapping[str, RunningJob], now: Instant) -> Override:
        job = running.get(request.job)
        if job is None:
            names = ", ".join(sorted(running)) or "no job runs"
            raise NotFound(Problem(f"job {request.job!r} does not run on this device", expected=f"one of: {names}"))
        wish = Wish(
            job=request.job,
            param=request.param,
            value=request.value,
            reason=request.reason,
            by=request.by,
            role=request.role,
            origin="agent",
            expires_in_us=request.expires_in_us,
        )
        return make_override(wish, job.plan.params, self._twin.facts(), self._new_id(), now)

    def _new_id(self) -> str:
        """Of an override or silence; one that is refused may leave a gap."""
        self._made += 1
        return override_id("agent", f"{self._unique}-{self._made}")
