"""A running job: one version's pipeline, and the way back to the state before a batch that broke it."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping

from edge_orch.engine.pipeline import Pipeline
from edge_orch.engine.records import Batch, DeadLetter, Device, Emission, StepCount
from edge_orch.plan.plan import Plan
from edge_orch.plan.secrets import step_secrets
from edge_orch.plan.steps import SOURCE
from edge_orch.time import Instant
from edge_orch.twin.facts import Value
from edge_orch_agent.core.transaction import Slot

Values = Mapping[str, Value]

SecretOf = Callable[[str], str | None]
"""The device's secret of that name, None if it has none. Looked up once for each version that starts."""


class RunningJob:
    """The pipeline of one version and what it was given since its last snapshot.

    A pipeline that raises may have kept half a batch in its windows. It is then built anew from the snapshot, and what
    it was given since is played to it again, but for the batch that broke it: the same input gives the same state.
    `failures`: batches in a row that broke it. `stuck`: it cannot go on at all. Raises whatever building it raises.
    """

    def __init__(
        self, slot: Slot, plan: Plan, *, device: Device, values: Values, secret: SecretOf, state: bytes, since_us: int
    ) -> None:
        self.slot = slot
        self.plan = plan
        self.since_us = since_us
        self.failures = 0
        self.failure = ""
        self.stuck = False
        self._device = device
        self.values = values
        self._secrets = {name: value for name in step_secrets(plan) if (value := secret(name)) is not None}
        self._snapshot = state
        self._journal: list[Batch | Instant] = []
        self._advanced = False
        self._pipeline = self._build()

    def process(self, batch: Batch) -> Emission:
        """The batch's emission; if it breaks the pipeline, all of its records as dead letters."""
        try:
            emission = self._pipeline.process(batch)
        except Exception as error:  # whatever it is, it is this batch's fault and must not stop the others
            self._recover(error)
            return self._dead(batch)
        self.failures, self.failure = 0, ""
        self._journal.append(batch)
        return emission

    def advance(self, now: Instant) -> Emission:
        """What the passing of time alone brings forth."""
        self._advanced = True
        try:
            emission = self._pipeline.advance(now)
        except Exception as error:
            self.stuck = True  # time passes for ever: it would break again at once
            self._recover(error)
            return Emission()
        self._journal.append(now)
        return emission

    def bind(self, values: Values) -> None:
        """Use these parameters from now on. Only call right after `snapshot`."""
        if values != self.values:
            self._pipeline.bind(values)
            self.values = values

    def snapshot(self) -> bytes:
        """The state after everything it was given; of a stuck pipeline, the last one that is known."""
        if not self.stuck:
            self._snapshot = self._pipeline.snapshot()
            self._journal.clear()
        return self._snapshot

    def closed(self, kept: Collection[str]) -> tuple[Emission, bytes]:
        """The windows that end with this version as partial rows, and the state for one with the steps of `kept`.

        It happens to a copy: this job can still go on as if it had not been asked. What breaks gives no rows.
        """
        state = self.snapshot()
        try:
            copy = self._build()
            return copy.close(kept), copy.snapshot()
        except Exception as error:
            self.failure = _words(error)
            return Emission(), state

    def wake_at(self) -> int | None:
        """When `advance` has something to do: at first at once, for the state may come from another boot."""
        return self._pipeline.wake_at() if self._advanced else self.since_us

    def _build(self) -> Pipeline:
        return Pipeline(
            self.plan,
            device=self._device,
            version=self.slot.version,
            params=self.values,
            secrets=self._secrets,
            state=self._snapshot,
        )

    def _recover(self, error: Exception) -> None:
        self.failures += 1
        self.failure = _words(error)
        try:
            self._pipeline = self._build()
            for entry in self._journal:
                if isinstance(entry, Batch):
                    self._pipeline.process(entry)
                else:
                    self._pipeline.advance(entry)
        except Exception:
            self.stuck = True

    def _dead(self, batch: Batch) -> Emission:
        payload = batch.payload
        records = payload.removesuffix(b"\n").split(b"\n") if isinstance(payload, bytes) else payload
        dead = [
            DeadLetter(raw, SOURCE, self.failure, batch.partition, batch.position + number)
            for number, raw in enumerate(records)
        ]
        return Emission(dead=dead, counts={SOURCE: StepCount(entered=len(dead), dead=len(dead))})


def _words(error: Exception) -> str:
    return f"the job broke: {type(error).__name__}: {error}"
