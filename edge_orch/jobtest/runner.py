"""Runs a test case: a virtual clock, a pipeline, and what came out against what was expected."""

from __future__ import annotations

from collections.abc import Callable, Iterable

import msgspec

from edge_orch.engine.pipeline import Pipeline
from edge_orch.engine.records import Batch, Device, Emission
from edge_orch.errors import Invalid, Problem
from edge_orch.jobtest.case import Arrival, Case, CaseBody
from edge_orch.jobtest.comparison import Record, alerts_problems, dead_letters_problems, records_problems
from edge_orch.plan.params import bind
from edge_orch.plan.plan import Output, Plan
from edge_orch.plan.secrets import step_secrets
from edge_orch.plan.steps import ports
from edge_orch.spec.leaves import Name, Text
from edge_orch.spec.words import did_you_mean, names
from edge_orch.time import Instant

_STEP = "step "
"""Begins the name of an output that is added to see what a step passes on; no output of a job has a space."""

OpenFile = Callable[[Text], Iterable[bytes]]
"""The content of a file that a test case names, in chunks. Raises `Invalid` at the name's place."""


def run_case(plan: Plan, case: Case, open_file: OpenFile) -> list[Problem]:
    """Everything that is not as the case expects; empty when it passes.

    Raises `Invalid` when the case does not fit the job: a parameter, an output or a step that the job does not have.
    """
    expect = case.body.expect
    _check_names("output", expect.outputs, [output.name for output in plan.outputs])
    _check_names("step", expect.steps, [port for step in plan.steps for port in ports(step)])
    run = _Run(_observed(plan, expect.steps), case, open_file)
    outcome = run.outcome()
    problems: list[Problem] = []
    for name, records in expect.outputs.items():
        problems += records_problems(f"output {name.value}", records, run.records(name.value))
    for step, records in expect.steps.items():
        problems += records_problems(f"step {step.value}", records, run.records(_STEP + step.value))
    problems += alerts_problems(expect.alerts, outcome.episodes, case.body.start.value, case.where)
    problems += dead_letters_problems(expect.dead_letters, outcome.dead, case.where)
    return problems


def _check_names(what: str, named: Iterable[Text | Name], known: list[str]) -> None:
    problems = [
        Problem(f"the job has no {what} `{name.value}`", name.where, f"one of: {names(known)}", "",
                did_you_mean(name.value, known))
        for name in named
        if name.value not in known
    ]  # fmt: skip
    if problems:
        raise Invalid(*problems)


def _observed(plan: Plan, steps: Iterable[Name]) -> Plan:
    """The plan with an output for each of the steps that the case looks at."""
    extra = tuple(Output(_STEP + step.value, step.value, "") for step in steps)
    return msgspec.structs.replace(plan, outputs=plan.outputs + extra)


class _Run:
    """One case on its way through a pipeline."""

    def __init__(self, plan: Plan, case: Case, open_file: OpenFile) -> None:
        self._body: CaseBody = case.body
        self._open_file = open_file
        self._whole = Emission()
        self._data: dict[str, list[bytes]] = {}
        self._positions: dict[str, int] = {}
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

    def outcome(self) -> Emission:
        """Let everything arrive in its time; the episodes and dead letters of the whole case."""
        self._take(self._pipeline.advance(self._now))
        for arrival in self._body.input:
            if arrival.at is not None:
                self._pass_time(arrival.at.after(self._body.start.value))
            for payload in self._payloads(arrival):
                self._take(self._pipeline.process(self._batch(arrival.topic.value, payload)))
        if self._body.finish.value:
            self._take(self._pipeline.finish())
        return self._whole

    def records(self, output: str) -> list[Record]:
        """What came out of one output."""
        lines = b"".join(self._data.get(output, ())).splitlines()
        return [msgspec.json.decode(line) for line in lines]

    def _pass_time(self, wall_us: int) -> None:
        """Move the clock, stopping wherever the pipeline asked to be woken."""
        until = self._now.after(wall_us - self._now.wall_us)
        while (wake := self._pipeline.wake_at()) is not None and self._now.mono_us < wake < until.mono_us:
            self._now = self._now.after(wake - self._now.mono_us)
            self._take(self._pipeline.advance(self._now))
        self._now = until
        self._take(self._pipeline.advance(self._now))

    def _payloads(self, arrival: Arrival) -> Iterable[bytes]:
        if arrival.lines is not None:
            yield "".join(line + "\n" for line in arrival.lines.lines).encode()
        if arrival.file is not None:
            yield from self._open_file(arrival.file)

    def _batch(self, topic: str, payload: bytes) -> Batch:
        position = self._positions.get(topic, 0)
        self._positions[topic] = position + payload.count(b"\n")
        return Batch(topic, payload, self._now, position, {"topic": topic})

    def _take(self, emission: Emission) -> None:
        for name, chunk in emission.outputs.items():
            self._data.setdefault(name, []).append(chunk.data)
        self._whole.dead += emission.dead
        self._whole.episodes += emission.episodes


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
