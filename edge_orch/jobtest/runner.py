"""Runs a test case, and says where what came out is not what was expected."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

import msgspec

from edge_orch.errors import Invalid, Problem
from edge_orch.jobtest.case import Case
from edge_orch.jobtest.case_run import CaseRun, OpenFile
from edge_orch.jobtest.comparison import alerts_problems, dead_letters_problems, records_problems
from edge_orch.jobtest.notifications import notifications_problems
from edge_orch.plan.plan import Output, Plan
from edge_orch.plan.steps import Alert, ports
from edge_orch.spec.leaves import LabelName, Name, Text
from edge_orch.spec.words import did_you_mean, names

_STEP = "step "
"""Begins the name of an output that is added to see what a step passes on; no output of a job has a space."""


def run_case(plan: Plan, case: Case, open_file: OpenFile) -> list[Problem]:
    """Everything that is not as the case expects; empty when it passes.

    Raises `Invalid` when the case does not fit the job: a parameter, an output or a step that the job does not have.
    """
    expect = case.body.expect
    by_sink = {output.sink: f"`{output.name}` is the output that goes there" for output in plan.outputs}
    _check_names("output", expect.outputs, [output.name for output in plan.outputs], by_sink)
    silent = {step.name: "an alert passes nothing on: look at `alerts`" for step in plan.steps if not ports(step)}
    _check_names("step", expect.steps, [port for step in plan.steps for port in ports(step)], silent)
    rules = [step.name for step in plan.steps if isinstance(step, Alert)]
    _check_names("alert rule", [one.rule for one in expect.alerts], rules)
    _check_names("alert rule", [one.rule for one in expect.notifications or ()], rules)
    _check_names(
        "sink", [to for one in expect.notifications or () for to in one.to or ()], [s.name for s in plan.sinks]
    )
    _check_names("step", [one.step for one in expect.dead_letters.letters if one.step], [s.name for s in plan.steps])
    run = CaseRun(_observed(plan, expect.steps), case, open_file)
    run.play()
    problems: list[Problem] = []
    for name, records in expect.outputs.items():
        problems += records_problems(f"output {name.value}", records, run.records(name.value))
    for step, records in expect.steps.items():
        problems += records_problems(f"step {step.value}", records, run.records(_STEP + step.value))
    problems += alerts_problems(expect.alerts, run.whole.episodes, case.body.start.value, case.where)
    if expect.notifications is not None:
        problems += notifications_problems(expect.notifications, run.told, case.body.start.value, case.where)
    problems += dead_letters_problems(expect.dead_letters, run.whole.dead)
    return [*problems, *_late(run, case)] if problems else []


def _late(run: CaseRun, case: Case) -> Iterator[Problem]:
    """Of a case that fails: the steps that dropped records because they came late, which nothing else shows."""
    for step, count in run.counts.items():
        if count.late:
            found = f"{count.late} of {count.entered}"
            next_step = f"give {step} a grace longer than they lie behind the newest before them, or on_late: revise"
            yield Problem(f"records came too late for `{step}`", case.where, "", found, next_step)


def _check_names(
    what: str, named: Iterable[Text | Name | LabelName], known: list[str], instead: Mapping[str, str] = {}
) -> None:
    """Raise `Invalid` for names that are not known. `instead`: names of other things → what to write."""
    problems = [
        Problem(f"the job has no {what} `{name.value}`", name.where, f"one of: {names(known)}", "",
                instead.get(name.value) or did_you_mean(name.value, known))
        for name in named
        if name.value not in known
    ]  # fmt: skip
    if problems:
        raise Invalid(*problems)


def _observed(plan: Plan, steps: Iterable[Name]) -> Plan:
    """The plan with an output for each of the steps that the case looks at."""
    extra = tuple(Output(_STEP + step.value, step.value, "") for step in steps)
    return msgspec.structs.replace(plan, outputs=plan.outputs + extra)
