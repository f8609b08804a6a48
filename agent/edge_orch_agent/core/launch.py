"""Launch: a version begins to run, with as much of the state that it finds as it can read."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import partial

import msgspec

from edge_orch.engine.pipeline import UnreadableState
from edge_orch.engine.records import Device
from edge_orch.plan.plan import Plan
from edge_orch.time import Instant
from edge_orch.twin.facts import Value
from edge_orch_agent.core.guarding import Guard
from edge_orch_agent.core.running import RunningJob, SecretOf
from edge_orch_agent.core.transaction import Slot


class Past(msgspec.Struct, frozen=True):
    """What an earlier run left: see `RunningJob`. `away`: it was not this process."""

    state: bytes = b""
    replays: Sequence[bytes] = ()
    away: bool = False


class Launch:
    """What all versions on the device run with."""

    def __init__(self, device: Device, secret: SecretOf, guard: Guard) -> None:
        self._device = device
        self._secret = secret
        self.guard = guard

    def run(self, slot: Slot, plan: Plan, values: Mapping[str, Value], past: Past, now: Instant) -> RunningJob:
        """The running job. Raises whatever building it raises, but for state that cannot be read.

        A step whose state cannot be read begins empty, and `failure` says so; the others keep theirs.
        """
        build = partial(
            RunningJob,
            slot,
            plan,
            device=self._device,
            values=values,
            secret=self._secret,
            since_us=now.mono_us,
            guard=self.guard,
            away_until=now if past.away else None,
        )
        state, lost = past.state, list[str]()
        while True:
            try:
                running = build(state=state, replays=past.replays if state else ())
            except UnreadableState as error:
                state = error.rest
                what = f"with {error.step} empty" if error.step else "with empty windows"
                lost.append(f"begins {what}: {error}")
            else:
                running.failure = "; ".join(lost) or running.failure
                return running
