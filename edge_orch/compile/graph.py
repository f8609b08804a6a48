"""The graph of steps: names, inputs, order."""

from __future__ import annotations

from collections.abc import Sequence
from graphlib import CycleError, TopologicalSorter

import msgspec

from edge_orch.errors import Location, Problem
from edge_orch.plan.plan import DEAD_LETTERS
from edge_orch.plan.steps import SOURCE, joined
from edge_orch.spec.job import Step
from edge_orch.spec.step_inputs import StepInputs
from edge_orch.spec.steps import Alert, Route, Schematize
from edge_orch.spec.words import did_you_mean, names

_TAKEN = {SOURCE: "the job's source", DEAD_LETTERS: "the records that steps refuse"}


class NamedStep(msgspec.Struct, frozen=True):
    """A step with its name and the names of its inputs."""

    name: str
    inputs: tuple[str, ...]
    where: Location
    spec: Step

    @property
    def input(self) -> str:
        """The name of the records that it takes."""
        return joined(self.inputs)


def ordered_steps(steps: Sequence[Step]) -> tuple[list[NamedStep], list[Problem]]:
    """The steps, named and linked, each after its inputs where that can be; and every problem of the graph."""
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
        step = next((step for step in waiting if done.issuperset(map(producer, step.inputs))), waiting[0])
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
    unnamed = {step.kind.text: step.kind.where for step in reversed(steps) if step.name is None}
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
        elif step.name.value in unnamed.keys() - {step.kind.text}:
            what = f"`{step.name.value}` is what the step of line {unnamed[step.name.value].line} is called"
            problems.append(Problem(what, step.name.where, next_step="choose another name, or give that one a name"))
        given.setdefault(step.name.value, step.name.where)
    taken = set(given)
    result = []
    next_number: dict[str, int] = {}
    for step in steps:
        name = step.name.value if step.name else step.kind.text
        number = next_number.get(name, 2)
        while step.name is None and name in taken:
            name = f"{step.kind.text}_{number}"
            number += 1
        next_number[step.kind.text] = number
        taken.add(name)
        result.append(name)
    return result


def _linked(steps: Sequence[Step], step_names: list[str]) -> list[NamedStep]:
    above = SOURCE
    linked = []
    for step, name in zip(steps, step_names, strict=True):
        inputs = tuple(each.value for each in step.from_.names) if step.from_ else (above,)
        linked.append(NamedStep(name, inputs, step.kind.where, step))
        if not isinstance(step.body, Alert):
            above = name
    return linked


def _input_problems(step: NamedStep, by_name: dict[str, NamedStep]) -> list[Problem]:
    places = [each.where for each in step.spec.from_.names] if step.spec.from_ else [step.where]
    found = [_input_problem(step, *each, by_name) for each in zip(step.inputs, places, strict=True)]
    return [problem for problem in found if problem]


def _input_problem(step: NamedStep, name: str, where: Location, by_name: dict[str, NamedStep]) -> Problem | None:
    if name == SOURCE:
        if isinstance(step.spec.body, Schematize):
            return None
        next_step = "put a schematize step before it"
        return Problem(f"`{step.name}` cannot read the source's raw bytes", where, "a step", "source", next_step)
    problem = _name_problem(name, where, by_name)
    if problem is None and isinstance(step.spec.body, Schematize):
        return Problem("schematize reads raw bytes", where, "from: source", f"from: {name}", "add from: source")
    return problem


def output_problems(inputs: StepInputs, by_name: dict[str, NamedStep]) -> list[Problem]:
    """What is wrong with what an output reads. Dead letters are read alone."""
    if inputs.value == DEAD_LETTERS:
        return []
    found = [_name_problem(name.value, name.where, by_name) for name in inputs.names]
    return [problem for problem in found if problem]


def _name_problem(name: str, where: Location, by_name: dict[str, NamedStep]) -> Problem | None:
    """What is wrong with reading the records of the step `name`."""
    step = by_name.get(producer(name))
    if step is None:
        return _unknown(name, where, by_name)
    if name in ports(step):
        return None
    if isinstance(step.spec.body, Alert):
        came = step.inputs[0] if len(step.inputs) == 1 else f"[{', '.join(step.inputs)}]"
        next_step = f"read its input instead: from: {came}"
        return Problem(f"the alert `{step.name}` passes no records on", where, next_step=next_step)
    if not isinstance(step.spec.body, Route):
        return Problem(f"`{step.name}` has no branches", where, "", name, f"write {step.name}")
    expected = f"one of: {names(ports(step))}"
    if name == step.name:
        return Problem(f"the route `{name}` has branches", where, expected, "", "name one of them in `from`")
    return Problem(f"no branch `{name}`", where, expected, "", did_you_mean(name, ports(step)))


def _unknown(name: str, where: Location, by_name: dict[str, NamedStep]) -> Problem:
    """The problem of a name that no step has."""
    if name == DEAD_LETTERS:
        next_step = "give them an output of their own: from: dead_letters"
        return Problem("dead letters are no records of a step", where, next_step=next_step)
    branches = [port for each in by_name.values() for port in ports(each) if port.endswith(f".{name}")]
    next_step = f"write {branches[0]}" if branches else did_you_mean(producer(name), [*by_name, DEAD_LETTERS])
    if name == SOURCE:
        next_step = "schematize it first; of lines as they come: schematize: {raw: {}, fields: {line: string}}"
    return Problem(f"unknown step `{producer(name)}`", where, f"one of: {names(by_name)}", "", next_step)


def _cycles(named: list[NamedStep], by_name: dict[str, NamedStep]) -> list[Problem]:
    problems: list[Problem] = []
    told: set[str] = set()
    if _has_no_circle(named):
        return problems
    for step in named:
        path = _circle(step.name, by_name) if step.name not in {*told, *_TAKEN} else []
        if path:
            told.update(path)
            where = step.spec.from_.where if step.spec.from_ else step.where
            chain = " ← ".join([*path, step.name])
            problems.append(Problem("steps in a circle", where, "", chain, "let one of them read a step outside"))
    return problems


def _has_no_circle(named: list[NamedStep]) -> bool:
    try:
        TopologicalSorter({step.name: set(map(producer, step.inputs)) for step in named}).prepare()
    except CycleError:
        return False
    return True


def _circle(name: str, by_name: dict[str, NamedStep]) -> list[str]:
    """The steps by which one feeds itself, from it against the flow; none if it does not."""
    paths, seen = [[name]], {name, *_TAKEN}
    while paths:
        path = paths.pop()
        for following in map(producer, by_name[path[-1]].inputs):
            if following == name:
                return path
            if following in by_name and following not in seen:
                seen.add(following)
                paths.append([*path, following])
    return []
