"""What a person asks for at the device, as facts."""

from __future__ import annotations

from collections.abc import Mapping

from edge_orch.errors import EdgeOrchError, Problem
from edge_orch.time import Instant
from edge_orch.twin.facts import Ack, Override
from edge_orch.twin.interventions import NotFound, Wish, make_ack, make_override
from edge_orch.twin.rights import override_id
from edge_orch_agent.core.commands import Command, Reply
from edge_orch_agent.core.events import AckRequested, OverrideRequested
from edge_orch_agent.core.reconciliation import Reconciliation
from edge_orch_agent.core.running import RunningJob
from edge_orch_agent.core.work import Work


class Requests:
    """Checks a request and writes the fact it asks for; answered when that is durable, or at once if it is wrong.

    `unique`: the boot's nonce in hex, so that no id of an override ever comes back.
    """

    def __init__(self, unique: str, work: Work, twin: Reconciliation) -> None:
        self._unique = unique
        self._work = work
        self._twin = twin
        self._made = 0

    def take(
        self, request: OverrideRequested | AckRequested, running: Mapping[str, RunningJob], now: Instant
    ) -> list[Command]:
        """Do what the person asks for."""
        try:
            fact = self._fact(request, running, now)
        except EdgeOrchError as error:
            return [Reply(request.request, problem=error.problems[0])]
        if not self._twin.write(fact, now):
            return [Reply(request.request, problem=Problem(self._twin.refusal))]
        self._work.reply(Reply(request.request, fact.key), now)
        return []

    def _fact(
        self, request: OverrideRequested | AckRequested, running: Mapping[str, RunningJob], now: Instant
    ) -> Override | Ack:
        facts = self._twin.facts()
        if isinstance(request, AckRequested):
            return make_ack(facts, request.episode, origin="agent", by=request.by, note=request.note, at=now)
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
        made = make_override(wish, job.plan.params, facts, override_id("agent", f"{self._unique}-{self._made}"), now)
        self._made += 1
        return made
