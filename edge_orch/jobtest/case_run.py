"""One test case on its way through a pipeline, in virtual time."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable
from typing import Any

import msgspec

from edge_orch.engine.notifier import Notification, Notifier
from edge_orch.engine.pipeline import Pipeline
from edge_orch.engine.records import Batch, Device, Emission, EpisodeEvent, EpisodeEventKind, StepCount
from edge_orch.errors import Invalid, Problem
from edge_orch.jobtest.case import Arrival, Case, CaseBody
from edge_orch.jobtest.notifications import Told, told
from edge_orch.jobtest.origin import check_topic
from edge_orch.plan.formats import MsgpackFormat
from edge_orch.plan.params import bind
from edge_orch.plan.plan import Plan
from edge_orch.plan.secrets import step_secrets
from edge_orch.plan.steps import Alert, Schematize
from edge_orch.spec.leaves import Name, Text
from edge_orch.spec.words import did_you_mean, names
from edge_orch.time import Instant

OpenFile = Callable[[Text], Iterable[bytes]]
"""The content of a file that a test case names, in chunks. Raises `Invalid` at the name's place."""

Record = dict[str, Any]


class CaseRun:
    """Plays a case to a pipeline and keeps all that comes of it. Raises `Invalid` when it does not fit the job.

    `whole`: episodes and dead letters of the case. `counts`: the account of each step. `emitted`: records by output.
    `told`: the notifications that left.
    """

    def __init__(self, plan: Plan, case: Case, open_file: OpenFile) -> None:
        self.whole = Emission()
        self.counts: dict[str, StepCount] = {step.name: StepCount() for step in plan.steps}
        self.emitted: Counter[str] = Counter()
        self.told: list[Told] = []
        self._body: CaseBody = case.body
        self._open_file = open_file
        self._data: dict[str, list[bytes]] = {}
        self._lines = {output.name: output.line for output in plan.outputs if output.line is not None}
        self._positions: dict[str, int] = {}
        self._whole = plan.whole
        self._source = plan.source
        formats = {type(step.format) for step in plan.steps if isinstance(step, Schematize)}
        self._encode = msgspec.msgpack.encode if MsgpackFormat in formats else msgspec.json.encode
        self._now = Instant(self._body.start.value, 0, "test")
        device = self._body.device
        self._pipeline = Pipeline(
            plan,
            device=Device(
                device.id.value,
                {name.value: text.value for name, text in device.labels.items()},
                device.firmware.value if device.firmware else "",
            ),
            params=_params(plan, self._body),
            secrets=_secrets(plan, case),
        )
        rules = [step for step in plan.steps if isinstance(step, Alert)]
        self._rules = {rule.name for rule in rules}
        self._notifier = Notifier(rules, lambda _rule, _key, _now: False)
        self._open: dict[str, EpisodeEvent] = {}

    def play(self) -> None:
        """Let everything arrive in its time."""
        self._take(self._pipeline.advance(self._now))
        for arrival in self._body.input:
            if arrival.at is not None:
                self._pass_time(arrival.at.after(self._body.start.value))
            check_topic(self._source, arrival)
            for payload in self._payloads(arrival):
                self._take(self._pipeline.process(self._batch(arrival.topic.value, payload)))
            if arrival.acknowledge is not None:
                self._acknowledge(arrival.acknowledge)
        if self._body.finish.value:
            self._take(self._pipeline.finish())

    def records(self, output: str) -> list[Record]:
        """What came out of one output; where a line leaves, records of that field alone."""
        lines = b"".join(self._data.get(output, ())).splitlines()
        if (field := self._lines.get(output)) is not None:
            return [{field: line.decode()} for line in lines]
        return [msgspec.json.decode(line) for line in lines]

    def _pass_time(self, wall_us: int) -> None:
        """Move the clock, stopping wherever something asked to be woken."""
        until = self._now.after(wall_us - self._now.wall_us)
        while (wake := self._wake_at()) is not None and self._now.mono_us < wake < until.mono_us:
            self._come_to(self._now.after(wake - self._now.mono_us))
        self._come_to(until)

    def _come_to(self, now: Instant) -> None:
        self._now = now
        self._take(self._pipeline.advance(now))
        self._tell(self._notifier.pass_time(now))

    def _wake_at(self) -> int | None:
        times = (self._pipeline.wake_at(), self._notifier.wake_at(self._now))
        return min((time for time in times if time is not None), default=None)

    def _acknowledge(self, rule: Name) -> None:
        if rule.value not in self._rules:
            next_step = did_you_mean(rule.value, self._rules)
            what = f"the job has no alert rule `{rule.value}`"
            raise Invalid(Problem(what, rule.where, f"one of: {names(self._rules)}", "", next_step))
        for event in self._open.values():
            if event.rule == rule.value and (sinks := self._notifier.acknowledged(event.episode)):
                self.told.append(Told(self._now.wall_us, "acknowledged", event.rule, event.key, sinks))

    def _payloads(self, arrival: Arrival) -> Iterable[bytes | list[bytes]]:
        if arrival.lines is not None:
            records = [self._record(line) for line in arrival.lines.lines]
            whole = self._whole or any(b"\n" in record for record in records)  # messages that hold line breaks
            yield records if whole else b"".join(record + b"\n" for record in records)
        if arrival.hex:
            yield [bytes.fromhex(record.value) for record in arrival.hex]
        if arrival.file is not None:
            chunks = self._open_file(arrival.file)
            yield from [[b"".join(chunks)]] if self._whole else chunks

    def _record(self, raw: Any) -> bytes:
        return raw.encode() if isinstance(raw, str) else self._encode(raw)

    def _batch(self, topic: str, payload: bytes | list[bytes]) -> Batch:
        position = self._positions.get(topic, 0)
        count = payload.count(b"\n") if isinstance(payload, bytes) else len(payload)
        self._positions[topic] = position + count
        return Batch(topic, payload, self._now, position, {"topic": topic})

    def _take(self, emission: Emission) -> None:
        for name, chunk in emission.outputs.items():
            self._data.setdefault(name, []).append(chunk.data)
            self.emitted[name] += chunk.count
        for name, count in emission.counts.items():
            self.counts[name] += count
        self.whole.dead += emission.dead
        self.whole.episodes += emission.episodes
        for event in emission.episodes:
            if event.kind is EpisodeEventKind.OPENED:
                self._open[event.episode] = event
            else:
                self._open.pop(event.episode, None)
            self._tell(self._notifier.take(event, self._now))

    def _tell(self, notifications: Iterable[Notification]) -> None:
        self.told += [told(each, self._now.wall_us) for each in notifications if each.sinks]


def _secrets(plan: Plan, case: Case) -> dict[str, str]:
    given = {name.value: text.value for name, text in case.body.secrets.items()}
    missing = [name for name in step_secrets(plan) if not given.get(name)]
    if missing:
        next_step = f"add secrets: {{{missing[0]}: any text}}"
        raise Invalid(
            *(Problem(f"the case lacks the secret {name}", case.where, "", "", next_step) for name in missing)
        )
    return given


def _params(plan: Plan, body: CaseBody) -> dict[str, bool | int | float | str]:
    given = {name.value: constant.value for name, constant in body.params.items() if constant.value is not None}
    try:
        return bind(plan.params, given)
    except Invalid as error:
        where = next(iter(body.params)).where
        raise Invalid(*(msgspec.structs.replace(problem, where=where) for problem in error.problems)) from None
