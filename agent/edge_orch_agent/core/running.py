"""A running job: one version's pipeline, and the way back to the state before what broke it."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence

from edge_orch.engine.pipeline import Pipeline
from edge_orch.engine.records import Batch, Device, Emission
from edge_orch.plan.plan import Plan
from edge_orch.plan.secrets import step_secrets
from edge_orch.plan.tap import tapped
from edge_orch.time import Instant
from edge_orch.twin.facts import Value
from edge_orch_agent.core.guarding import Guard, Overran, Result
from edge_orch_agent.core.parts import dead_letters, part_of, records_of, size_of
from edge_orch_agent.core.replay import decode_replays, encode_replay, weight
from edge_orch_agent.core.transaction import Slot, Transaction

Values = Mapping[str, Value]

SecretOf = Callable[[str], str | None]
"""The device's secret of that name, None if it has none. Looked up once for each version that starts."""

SMALL_STATE = 16 << 10
"""Bytes: a smaller state is always stored whole."""
MOST_INPUT = 1 << 20
"""Bytes of input after which a state is stored whole however large it is: until then they stay in memory."""
MOST_ENTRIES = 4096

BREAKS = 16
"""How often one batch may break a pipeline before the rest of it is given up: enough to find a record or two among
thousands, and, if each break is an overrun, half a minute."""

MOST_MADE = 64 << 20
"""Bytes that one batch may bring forth: all of it waits in memory for its commit. A batch is a hundredth of that."""
_TOO_MUCH = f"the job was interrupted: it made more than {MOST_MADE >> 20} MiB of one batch"


class RunningJob:
    """The pipeline of one version and what it was given since its last snapshot.

    A pipeline that raises, or is interrupted, may have kept half a batch in its windows. It is then built anew from
    the snapshot, and what it was given since is played to it again: the same input gives the same state. The batch that
    broke it is halved until the records to blame are alone; they become dead letters, and what brings forth too much.
    `failures`: batches in a row of which it broke on half or more. `stuck`: it cannot go on at all. Raises whatever
    building it raises.

    `replays`: what it was given after `state`, by an earlier process. Its emissions were made then, and the values
    that it had then are used for it: they count until the next `save`. `away_until`: until then
    no process listened: what came meanwhile waits at its source, and nothing was silent.
    """

    def __init__(
        self,
        slot: Slot,
        plan: Plan,
        *,
        device: Device,
        values: Values,
        secret: SecretOf,
        state: bytes,
        since_us: int,
        guard: Guard,
        replays: Sequence[bytes] = (),
        away_until: Instant | None = None,
    ) -> None:
        self.slot = slot
        self.plan = plan
        self.since_us = since_us
        self.failures = 0
        self.failure = ""
        self.stuck = False
        self._device = device
        self._guard = guard
        self.values = values
        self._secrets = {name: value for name in step_secrets(plan) if (value := secret(name)) is not None}
        self._snapshot = state
        self._journal: list[Batch | Instant] = []
        self._advanced = False
        self._watched: frozenset[str] = frozenset()
        self._input = 0
        self._saved = 0
        self._stored = False
        self._pipeline = self._build()
        if replays:
            self._replay(replays)
        if away_until is not None:
            self._pipeline.resume(away_until)
            self.snapshot()

    @property
    def state_bytes(self) -> int:
        """The size of its state as of the last snapshot."""
        return len(self._snapshot)

    def process(self, batch: Batch) -> list[Emission]:
        """The batch's emissions, in order; what breaks the pipeline is in them as dead letters."""
        emissions: list[Emission] = []
        breaks, dead, made, waiting = 0, 0, 0, [batch]
        failure = self.failure if self.stuck else ""
        while waiting:
            part = waiting.pop()
            broke = failure if self.stuck or breaks == BREAKS else self._try(part, emissions)
            if not broke:
                made += size_of(emissions[-1])
                if made > MOST_MADE and waiting:
                    failure, breaks = _TOO_MUCH, BREAKS
                continue
            failure, breaks = broke, min(breaks + 1, BREAKS)
            records = records_of(part)
            if len(records) > 1 and breaks < BREAKS and not self.stuck:
                middle = len(records) // 2
                waiting += [part_of(part, records, middle, len(records)), part_of(part, records, 0, middle)]
            else:
                dead += len(records)
                emissions.append(dead_letters(part, records, failure))
        self.failure = failure
        self.failures = self.failures + 1 if failure and 2 * dead >= len(records_of(batch)) else 0
        return emissions

    def advance(self, now: Instant) -> Emission:
        """What the passing of time alone brings forth."""
        self._advanced = True
        try:
            emission = self._guarded("time", lambda: self._pipeline.advance(now))
        except (Exception, Overran) as error:
            self.failure = _words(error)
        else:
            self._note(now)
            return emission
        self.failures += 1
        self._recover()
        self.snapshot()
        self.stuck = True  # time passes for ever: it would break again at once
        return Emission()

    def save(self, intake: Transaction, values: Values) -> None:
        """Add what brings the state back after a crash; from then on use these parameters.

        While the state is larger than what it was given since it was last stored, that is stored instead: a job that
        remembers many keys would otherwise write all of them once a second.
        """
        job = self.plan.name
        if self.stuck and self._stored:
            return  # nothing has changed it, and what is stored says more than the last snapshot alone
        if (
            not self._stored
            or len(self._snapshot) < SMALL_STATE
            or values != self.values
            or self._input >= min(len(self._snapshot), MOST_INPUT)
            or len(self._journal) >= MOST_ENTRIES
        ):
            intake.states[job] = self.snapshot()
            self._stored = True
        elif len(self._journal) > self._saved:
            fresh = self._journal[self._saved :]
            intake.replays.setdefault(job, []).append(encode_replay(self.slot.version, self.values, fresh))
            self._saved = len(self._journal)
        if values != self.values:
            self._pipeline.bind(values)
            self.values = values

    def watch(self, stages: frozenset[str]) -> None:
        """Emit the records of these stages, too, under the names of their taps; for all else nothing changes.

        The pipeline is built anew from its state, which guarantees it; a stuck one stays as it is.
        """
        if stages == self._watched or self.stuck:
            return
        self.snapshot()
        before, self._watched = self._watched, stages
        try:
            self._pipeline = self._build()
        except (Exception, Overran):  # the one that runs is sound: looking at it must not end it
            self._watched = before

    def snapshot(self) -> bytes:
        """The state after everything it was given; of a stuck pipeline, the last one that is known."""
        if not self.stuck:
            self._snapshot = self._pipeline.snapshot()
            self._journal.clear()
            self._input = self._saved = 0
            self._stored = False  # what is stored, and the journal that is gone, do not add up to it
        return self._snapshot

    def closed(self, kept: Collection[str]) -> tuple[Emission, bytes]:
        """The windows that end with this version as partial rows, and the state for one with the steps of `kept`.

        It happens to a copy: this job can still go on as if it had not been asked. What breaks gives no rows.
        """
        state = self.snapshot()
        try:
            copy = self._build()
            return self._guarded("close", lambda: (copy.close(kept), copy.snapshot()))
        except (Exception, Overran) as error:
            self.failure = _words(error)
            return Emission(), state

    def wake_at(self) -> int | None:
        """When `advance` has something to do: at first at once, for the state may come from another boot."""
        return self._pipeline.wake_at() if self._advanced else self.since_us

    def _try(self, part: Batch, emissions: list[Emission]) -> str:
        """Process it; returns why that broke the pipeline, which then is what it was before."""
        try:
            emission = self._give(part)
        except (Exception, Overran) as error:  # whatever it is, it is these records' fault and must not stop others
            broke = _words(error)
        else:
            if size_of(emission) <= MOST_MADE:
                emissions.append(emission)
                self._note(part)
                return ""
            broke = _TOO_MUCH
            del emission
        self._recover()  # only here: until its handler ends, the error holds on to all that the call had made
        return broke

    def _note(self, entry: Batch | Instant) -> None:
        self._journal.append(entry)
        self._input += weight(entry)

    def _replay(self, stored: Sequence[bytes]) -> None:
        """Bring the pipeline to where an earlier process left it; if that fails, to where its last snapshot was."""
        try:
            replays = decode_replays(stored)
            if replays[0].version == self.slot.version and replays[0].values.keys() == self.values.keys():
                self.values = replays[0].values
                self._pipeline = self._build()
            for replay in replays:
                for entry in replay.entries:
                    self._give(entry)
                    self._note(entry)
        except (Exception, Overran) as error:
            self.failure = f"goes on from an earlier state: {_words(error)}"
            self._journal.clear()
            self._input = 0
            self._pipeline = self._build()

    def _give(self, entry: Batch | Instant) -> Emission:
        if isinstance(entry, Batch):
            what = f"{entry.partition} {entry.position} {len(entry.payload)}"
            return self._guarded(what, lambda: self._pipeline.process(entry))
        return self._guarded("time", lambda: self._pipeline.advance(entry))

    def _build(self) -> Pipeline:
        plan = self.plan
        for stage in sorted(self._watched):
            plan, _ = tapped(plan, stage)
        return self._guarded(
            "start",
            lambda: Pipeline(
                plan,
                device=self._device,
                version=self.slot.version,
                params=self.values,
                secrets=self._secrets,
                state=self._snapshot,
            ),
        )

    def _guarded(self, what: str, function: Callable[[], Result]) -> Result:
        return self._guard.call(self.plan.name, self.slot.version, what, function)

    def _recover(self) -> None:
        try:
            self._pipeline = self._build()
            for entry in self._journal:
                self._give(entry)
        except (Exception, Overran):
            self.stuck = True


def _words(error: BaseException) -> str:
    if isinstance(error, Overran):
        return f"the job was interrupted: {error}"
    if isinstance(error, MemoryError):
        return "the job was interrupted: it needed more memory than a job may take at once"
    return f"the job broke: {type(error).__name__}: {error}"
