"""A job at work: batches in, emissions out.

Guarantees:
 1. The same plan, input, times and state give the same bytes, on any machine.
 2. How records are cut into batches changes nothing: neither outputs, episodes, accounts nor dead letters (of each
    step; letters of different steps may interleave differently, and so in an output of dead letters).
 3. Taking a snapshot and going on from it, at any point, changes nothing.
 4. No record stops or drops another; bytes never raise.

The account: a record `entered` a step, and there it was passed on, filtered, folded into state, or dead. A row that an
aggregate makes is a new record: it is not `passed` by the aggregate, and `entered` each step that takes it. An alert
folds all it sees. `explode` folds the record that holds an array; each of its elements entered it, too, as a record.
`late` rows that `on_late` drops are counted among `filtered` as well; blank lines and CSV headers are no records.
Each call reports what it added to the accounts, steps untouched left out.
"""

from __future__ import annotations

from codecs import BOM_UTF8
from collections.abc import Collection, Mapping

import msgspec

from edge_orch.engine.arrival import Arrival
from edge_orch.engine.clock import Clock
from edge_orch.engine.compiled import compile_plan
from edge_orch.engine.csv_headers import Headers
from edge_orch.engine.encoding import long_record_lines, msgpack_bytes
from edge_orch.engine.generator import Stateful
from edge_orch.engine.json_lines import DECODE_ERRORS
from edge_orch.engine.lines import PIECE, Lines, alone, pieces
from edge_orch.engine.records import Batch, Chunk, Device, Emission, EpisodeEvent, StepCount
from edge_orch.engine.refusals import refusal
from edge_orch.engine.windows.windows import Stage
from edge_orch.errors import Invalid, Problem
from edge_orch.plan.params import Value, bind
from edge_orch.plan.plan import Plan, step_digest
from edge_orch.time import Instant


class UnreadableState(Invalid):
    """The saved state of a `step`, or of all of them if that is empty, is not what this code has saved.

    `rest`: the state without it, for another attempt.
    """

    def __init__(self, job: str, step: str, found: str, rest: bytes) -> None:
        of = f"step `{step}` of job `{job}`" if step else f"job `{job}`"
        super().__init__(Problem(f"the saved state of {of} cannot be read", found=found))
        self.step = step
        self.rest = rest


class Pipeline:
    """One version of one job on one device. Raises `Invalid` for a plan, parameters or state it cannot take.

    `secrets`: the value of each of `edge_orch.plan.secrets.step_secrets`.
    """

    def __init__(
        self,
        plan: Plan,
        *,
        device: Device,
        version: int = 1,
        params: Mapping[str, Value] | None = None,
        secrets: Mapping[str, str] | None = None,
        state: bytes = b"",
    ) -> None:
        self.version = version
        self._plan = plan
        compiled = compile_plan(plan, device, secrets or {})
        self.code = compiled.code
        self._process = compiled.process
        self._process_alone = compiled.process_alone
        self._params = compiled.params
        self._quorums = compiled.quorums
        self._parts = compiled.parts
        self._clocks = tuple(compiled.parts.clocks.values())
        self._digests = {step.name: step_digest(step) for step in plan.steps}
        self._stateful: dict[str, Stateful | Clock | Arrival | Headers] = {
            **{self._digests[name]: part for name, part in compiled.parts.stateful.items()},
            **{self._digests[name]: headers for name, headers in compiled.parts.headers.items()},
            **{f"{self._digests[name]} clock {pace}": clock for (name, pace), clock in compiled.parts.clocks.items()},
        }
        self._moment = compiled.parts.moment
        self._streams = tuple(compiled.parts.streams)
        self._accounts = tuple(compiled.parts.accounts.items())
        self._casualties = compiled.parts.casualties
        self._episodes = compiled.parts.episodes
        self._dead_letters = tuple(compiled.parts.graph.dead_letters)
        self._arrival = Arrival() if compiled.parts.graph.dated_by_arrival else None
        if self._arrival is not None:
            self._stateful["arrival"] = self._arrival
        self._wakes_at: int | None = None
        self._moved = True
        """Whether anything has happened since `wake_at` was last worked out."""
        self.bind(params or {})
        if state:
            self._restore(state)

    def process(self, batch: Batch) -> Emission:
        """Take a batch; time has then come to `batch.received`, as by `advance`."""
        now, payload, position = self._begin(batch.received), batch.payload, batch.position
        if self._process_alone is not None and (record := alone(payload)) is not None:
            try:
                counts = self._process_alone(record, batch.partition, batch.context)
            except DECODE_ERRORS:
                pass  # nothing has happened yet: what is wrong with it is found out as with any other
            else:
                return self._emission(counts, 1)
        if position == 0 and isinstance(payload, bytes):
            payload = payload.removeprefix(BOM_UTF8)
        if len(payload) <= PIECE or not isinstance(payload, bytes):
            lines = Lines(payload)
            return self._emission(self._take(lines, batch, position, now), lines.count)
        sums: dict[str, StepCount] = {}
        for piece in pieces(payload):  # by guarantee 2
            lines = Lines(piece)
            for name, count in self._take(lines, batch, position, now).items():
                sums[name] = sums[name] + count if name in sums else count
            for stream in self._streams:
                stream.encode()
            position += lines.count
        return self._emission(sums, position - batch.position)

    def advance(self, now: Instant) -> Emission:
        """Time has passed without input: what idle partitions held back happens."""
        now = self._begin(now)
        for clock in self._clocks:
            clock.advance(now)
        return self._emission({})

    def resume(self, now: Instant) -> None:
        """Nobody listened since the state was taken: silence is counted from now on."""
        for clock in self._clocks:
            clock.resume(now)
        self._moved = True

    def finish(self) -> Emission:
        """The input has ended: every window closes. Nothing can be processed after it."""
        for clock in self._clocks:
            clock.finish()
        return self._emission({})

    def close(self, kept: Collection[str]) -> Emission:
        """Another version takes over, which has the steps of these digests: every open window of the others closes.

        Its rows have revision -1: partial. They flow on as all rows do, also into the state of steps that are kept, so
        that a snapshot for the other version is to be taken after this. Episodes that are open are left to the caller.
        """
        for step in self._plan.steps:  # parents before children: they have their rows when it is their turn
            part = self._parts.stateful.get(step.name)
            if isinstance(part, Stage) and self._digests[step.name] not in kept:
                part.close()
        return self._emission({})

    def wake_at(self) -> int | None:
        """The monotonic microsecond at which `advance` will have something to do, None if only input matters."""
        if self._moved:
            self._moved = False
            self._wakes_at = min((at for at in map(Clock.wake_at, self._clocks) if at is not None), default=None)
        return self._wakes_at

    def bind(self, params: Mapping[str, Value]) -> None:
        """Set parameters; those not named take their default. State is kept. Raises `Invalid`, and changes nothing."""
        named = bind(self._plan.params, params)
        self._moved = True
        self._params[:] = named.values()
        for name, rule in self._parts.rules.items():
            rule.params = {**named}
            needed = self._quorums[name]() if name in self._quorums else None
            rule.quorum_needed = 1 if needed is None else needed

    def snapshot(self) -> bytes:
        """All state, by the digest of each step's definition."""
        return msgpack_bytes({key: part.snapshot() for key, part in self._stateful.items()})

    def _take(self, lines: Lines, batch: Batch, position: int, now: Instant) -> dict[str, StepCount]:
        """Take lines of the batch, of which the first has that position in its partition; what that counted."""
        self._casualties.begin(lines, batch.partition, position)
        return self._process(lines, batch.partition, now, batch.context, position == 0)

    def _begin(self, now: Instant) -> Instant:
        """Time has come to `now`; what to date by arrival with."""
        self._moment.now = now
        return now if self._arrival is None else self._arrival.date(now)

    def _restore(self, state: bytes) -> None:
        """Steps that are new or defined differently begin empty; state of steps that are gone is left out."""
        try:
            saved = msgspec.msgpack.decode(state, type=dict[str, bytes])
        except msgspec.MsgspecError as error:
            raise UnreadableState(self._plan.name, "", str(error), b"") from None
        names = {key: name for name, key in self._digests.items()}
        for key, part in self._stateful.items():
            try:
                if key in saved:
                    part.restore(saved[key])
            except Exception as error:  # whatever it is, these bytes are to blame
                name, found = names.get(key, ""), f"{type(error).__name__}: {error}"
                # Without its clock no step's state means what it did.
                rest = msgpack_bytes({k: v for k, v in saved.items() if k != key}) if name else b""
                raise UnreadableState(self._plan.name, name, found, rest) from None

    def _emission(self, counts: Mapping[str, StepCount], records: int = 0) -> Emission:
        """What was collected since the last call, beside these counts."""
        self._moved = True
        outputs: dict[str, Chunk] = {}
        for stream in self._streams:
            chunk = stream.take()
            if chunk is not None:
                for output in stream.outputs:
                    outputs[output] = chunk
        dead = self._casualties.take() if self._casualties.letters else []
        if dead and self._dead_letters:
            refused = [refusal(letter, self._plan.name, self.version) for letter in dead]
            outputs.update(dict.fromkeys(self._dead_letters, Chunk(long_record_lines(refused), len(refused))))
        episodes: list[EpisodeEvent] = []
        if self._episodes:
            episodes += self._episodes
            self._episodes.clear()
        if self._accounts:
            counts = {**counts, **{name: account.take() for name, account in self._accounts if account.entered}}
        return Emission(outputs, dead, episodes, counts, records)
