"""What a person asks for at the device, as facts."""

from __future__ import annotations

from collections.abc import Mapping

from edge_orch.errors import Problem
from edge_orch.time import Instant
from edge_orch.twin.facts import Ack, Facts, Override
from edge_orch.twin.interventions import NotFound, Wish, make_ack, make_override
from edge_orch.twin.rights import override_id
from edge_orch_agent.core.events import AckRequested, OverrideRequested
from edge_orch_agent.core.running import RunningJob


class Requests:
    """Checks a request and makes the fact it asks for. `unique`: the boot's nonce in hex, so that no id comes back."""

    def __init__(self, unique: str) -> None:
        self._unique = unique
        self._made = 0

    def fact(
        self,
        request: OverrideRequested | AckRequested,
        facts: Facts,
        running: Mapping[str, RunningJob],
        now: Instant,
    ) -> Override | Ack:
        """Raises `NotFound`, `Invalid` or `Refused`; then nothing has changed."""
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
