"""The graph of steps: names, inputs, order."""

from __future__ import annotations

from collections.abc import Sequence

import msgspec

from edge_orch.errors import Location, Problem
from edge_orch.plan.plan import DEAD_LETTERS
from edge_orch.plan.steps import SOURCE
from edge_orch.spec.job import Step
from edge_orch.spec.steps import Alert, Route, Schematize
from edge_orch.spec.words import did_you_mean, names

_TAKEN = {SOURCE: "the job's source", DEAD_LETTERS: "the records that steps refuse"}


class NamedStep(msgspec.Struct, frozen=True):
    """A step with its name and the name of its input."""

    name: str
    input: str
    where: Location
    spec: Step


def ordered_steps(steps: Sequence[Step]) -> tuple[list[NamedStep], list[Problem]]:
    """The steps, named and linked, each after its input where that can be; and every problem of the graph."""
    problems: list[Problem] = []
    named = _linked(steps, _names(steps, problems))
    by_name = steps_by_name(named)
    for step in named:
        problems.extend(_input_problems(step, by_name))
    problems.extend(_cycles(named, by_name))
    done = {SOURCE}
    order: list[NamedStep] = []
    waiting = list(named)
    while waiting:
        # The first that can be; with an unknown input or in a circle, the first at all: it has been told.
        step = next((step for step in waiting if producer(step.input) in done), waiting[0])
        waiting.remove(step)
        order.append(step)
        done.add(step.name)
    return order, problems


def steps_by_name(steps: Sequence[NamedStep]) -> dict[str, NamedStep]:
    """The steps by their names; of several with one name, which has been told, the first."""
    return {step.name: step for step in reversed(steps)}


def producer(input_: str) -> str:
    """The step whose records an input names: `route` for `route.hot`."""
    return input_.partition(".")[0]


def ports(step: NamedStep) -> list[str]:
    """The names under which the step's records can be taken."""
    body = step.spec.body
    if isinstance(body, Route):
        branches = [*body.routes, *([body.default] if body.default else [])]
        return [f"{step.name}.{branch.value}" for branch in branches]
    return [] if isinstance(body, Alert) else [step.name]


def _names(steps: Sequence[Step], problems: list[Problem]) -> list[str]:
    given: dict[str, Location] = {}
    for step in steps:
        if step.name is None:
            continue
        if step.name.value in given:
            what = f"duplicate step name `{step.name.value}`"
            next_step = f"rename it here or in line {given[step.name.value].line}"
            problems.append(Problem(what, step.name.where, next_step=next_step))
        elif step.name.value in _TAKEN:
            problems.append(
                Problem(f"`{step.name.value}` names {_TAKEN[step.name.value]}, not a step", step.name.where)
            )
        given.setdefault(step.name.value, step.name.where)
    taken = set(given)
    result = []
    for step in steps:
        name = step.name.value if step.name else step.kind.text
        number = 2
        while step.name is None and name in taken:
            name = f"{step.kind.text}_{number}"
            number += 1
        taken.add(name)
        result.append(name)
    return result


def _linked(steps: Sequence[Step], step_names: list[str]) -> list[NamedStep]:
    above = SOURCE
    linked = []
    for step, name in zip(steps, step_names, strict=True):
        linked.append(NamedStep(name, step.from_.value if step.from_ else above, step.kind.where, step))
        if not isinstance(step.body, Alert):
            above = name
    return linked


def _input_problems(step: NamedStep, by_name: dict[str, NamedStep]) -> list[Problem]:
    where = step.spec.from_.where if step.spec.from_ else step.where
    if step.input == SOURCE:
        if isinstance(step.spec.body, Schematize):
            return []
        next_step = "put a schematize step before it"
        return [Problem(f"`{step.name}` cannot read the source's raw bytes", where, "a step", "source", next_step)]
    problem = input_problem(step.input, where, by_name)
    if problem:
        return [problem]
    if isinstance(step.spec.body, Schematize):
        return [Problem("schematize reads raw bytes", where, "from: source", f"from: {step.input}", "add from: source")]
    return []


def input_problem(name: str, where: Location, by_name: dict[str, NamedStep]) -> Problem | None:
    """What is wrong with reading the records of the step `name`."""
    step = by_name.get(producer(name))
    if step is None:
        branches = [port for each in by_name.values() for port in ports(each) if port.endswith(f".{name}")]
        next_step = f"write {branches[0]}" if branches else did_you_mean(producer(name), [*by_name, DEAD_LETTERS])
        if name == SOURCE:
            next_step = "schematize it first; of lines as they come: schematize: {raw: {}, fields: {line: string}}"
        return Problem(f"unknown step `{producer(name)}`", where, f"one of: {names(by_name)}", "", next_step)
    if name in ports(step):
        return None
    if isinstance(step.spec.body, Alert):
        next_step = f"read its input instead: from: {step.input}"
        return Problem(f"the alert `{step.name}` passes no records on", where, next_step=next_step)
    if not isinstance(step.spec.body, Route):
        return Problem(f"`{step.name}` has no branches", where, "", name, f"write {step.name}")
    expected = f"one of: {names(ports(step))}"
    if name == step.name:
        return Problem(f"the route `{name}` has branches", where, expected, "", "name one of them in `from`")
    return Problem(f"no branch `{name}`", where, expected, "", did_you_mean(name, ports(step)))


def _cycles(named: list[NamedStep], by_name: dict[str, NamedStep]) -> list[Problem]:
    problems = []
    told: set[str] = set()
    for step in named:
        path = [step.name]
        while (following := producer(by_name[path[-1]].input)) in by_name and following not in [*path, *_TAKEN]:
            path.append(following)
        if following == step.name and step.name not in {*told, *_TAKEN}:
            told.update(path)
            where = step.spec.from_.where if step.spec.from_ else step.where
            chain = " ← ".join([*path, step.name])
            problems.append(Problem("steps in a circle", where, "", chain, "let one of them read a step outside"))
    return problems
