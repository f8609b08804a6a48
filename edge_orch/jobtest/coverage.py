"""Which steps and branches of a job its tests go through.

A branch is a way that a record can take: passed or not at a step that chooses, a port of a route, an arm of a CASE, a
record that is no record (dead letter), an episode that opens or resolves. Arms are counted by routes that are added
beside the step: a route takes the first branch whose condition is true, which is what CASE does. A CASE that not every
record reaches, in an arm of another or behind a FILTER, has a first branch for those that do not.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from functools import reduce

import msgspec

from edge_orch.engine.records import EpisodeEventKind
from edge_orch.expr.sql_text import sql_text
from edge_orch.jobtest.case import Case
from edge_orch.jobtest.case_run import CaseRun, OpenFile
from edge_orch.plan.expression import Call, Expression, Literal
from edge_orch.plan.formats import RawFormat
from edge_orch.plan.plan import Output, Plan
from edge_orch.plan.schema import FieldType
from edge_orch.plan.steps import (
    Aggregate,
    Alert,
    Branch,
    Deadband,
    Dedupe,
    Explode,
    Filter,
    Map,
    Moving,
    Parse,
    Route,
    Running,
    Sample,
    Schematize,
    Step,
    Throttle,
    Union,
    inputs,
    ports,
)
from edge_orch.plan.windows import CycleWindow

_PASSED, _STOPPED, _DEAD = "passed", "filtered", "dead letter"
_EPISODE = (EpisodeEventKind.OPENED, EpisodeEventKind.RESOLVED)


class Way(msgspec.Struct, frozen=True):
    """A branch, and how many records (or episodes) of all cases took it."""

    name: str
    hits: int


class StepCoverage(msgspec.Struct, frozen=True):
    """A step, how many records entered it, and its branches; a step that does not choose has none."""

    step: str
    kind: str
    entered: int
    ways: tuple[Way, ...] = ()

    @property
    def missed(self) -> tuple[str, ...]:
        """What no case goes through: branches, or the step itself."""
        return tuple(way.name for way in self.ways if not way.hits) if self.entered else ("all of it",)


class JobCoverage(msgspec.Struct, frozen=True):
    """All steps of a job. `taken` of `all`: branches, and steps that do not choose, which count as one each."""

    job: str
    steps: tuple[StepCoverage, ...]
    taken: int
    all: int


class _Case(msgspec.Struct, frozen=True):
    """A CASE of a step, the route that stands for it, and the name and the port of each of its arms."""

    step: str
    route: Route
    arms: tuple[tuple[str, str], ...]


def coverage(plan: Plan, cases: Iterable[Case], open_file: OpenFile) -> JobCoverage:
    """What all cases together go through. Raises `Invalid` for a case that does not fit the job."""
    choices = list(_cases(plan))
    watched = _watched(plan, choices)
    entered: Counter[str] = Counter()
    hits: Counter[tuple[str, str]] = Counter()
    for case in cases:
        run = CaseRun(watched, case, open_file)
        run.play()
        for step in plan.steps:
            count = run.counts[step.name]
            entered[step.name] += count.entered
            hits[step.name, _PASSED] += count.passed
            hits[step.name, _STOPPED] += count.filtered
            hits[step.name, _DEAD] += count.dead
        for output in watched.outputs:
            hits[output.name, ""] += run.emitted[output.name]
        for event in run.whole.episodes:
            hits[event.rule, event.kind.value] += 1
    steps = tuple(
        StepCoverage(
            step.name,
            str(step.__struct_config__.tag),
            entered[step.name],
            tuple(Way(name, hits[key]) for name, key in _ways(step, choices)),
        )
        for step in plan.steps
        if not isinstance(step, Union)  # what comes through it came through its branches
    )
    flat = [hit for step in steps for hit in ([way.hits for way in step.ways] or [step.entered])]
    return JobCoverage(plan.name, steps, sum(map(bool, flat)), len(flat))


def _ways(step: Step, choices: list[_Case]) -> Iterator[tuple[str, tuple[str, str]]]:
    """The name of each branch of a step, and under what its hits are kept."""
    match step:
        case Filter() | Dedupe() | Deadband() | Throttle() | Sample():
            yield from ((way, (step.name, way)) for way in (_PASSED, _STOPPED))
        case Schematize(format=RawFormat()):  # any text will do
            pass
        case Parse() if isinstance(step.readings[-1].format, RawFormat):
            pass
        case Schematize() | Explode() | Parse():
            yield from ((way, (step.name, way)) for way in (_PASSED, _DEAD))
        case Route():
            yield from ((port.partition(".")[2], (port, "")) for port in ports(step))
            if step.default is None:
                yield _STOPPED, (step.name, _STOPPED)
        case Alert():
            yield from ((kind.value, (step.name, kind.value)) for kind in _EPISODE)
        case _:
            pass
    for choice in choices:
        if choice.step == step.name:
            yield from ((name, (port, "")) for name, port in choice.arms)


def _watched(plan: Plan, choices: list[_Case]) -> Plan:
    """The plan with a route for each CASE, and an output for each port of every route."""
    steps: list[Step] = []
    for step in plan.steps:
        steps += [choice.route for choice in choices if choice.step == step.name]
        steps.append(step)
    outputs = tuple(Output(port, port, "") for step in steps if isinstance(step, Route) for port in ports(step))
    return msgspec.structs.replace(plan, steps=tuple(steps), outputs=outputs)


def _cases(plan: Plan) -> Iterator[_Case]:
    schemas = {port: step.schema for step in plan.steps for port in ports(step)}
    number = 0
    for step in plan.steps:
        for label, expression, needed in _expressions(step):
            for place, (call, reached) in enumerate(_reached(expression, needed), 1):
                of = label if place == 1 else f"{label}, CASE {place}"
                number += 1
                (source,) = inputs(step)
                whens = call.args[:-1:2]
                elsewhere = [Branch("elsewhere", _untrue(reduce(_and, reached)))] if reached else []
                branches = (*elsewhere, *(Branch(f"WHEN {arm}", when) for arm, when in enumerate(whens)))
                # No step of a job has a space in its name.
                route = Route(f"CASE {number}", source, branches, schemas[source], "ELSE")
                names = [*(f"{of}: WHEN {sql_text(when)}" for when in whens), f"{of}: ELSE"]
                arms = zip(names, ports(route)[len(elsewhere) :], strict=True)
                yield _Case(step.name, route, tuple(arms))


def _reached(node: Expression | None, needed: tuple[Expression, ...]) -> Iterator[tuple[Call, tuple[Expression, ...]]]:
    """Each CASE in an expression, and what must be true for a record to reach it."""
    if not isinstance(node, Call):
        return
    if node.function != "case":
        for arg in node.args:
            yield from _reached(arg, needed)
        return
    yield node, needed
    for when, then in zip(node.args[:-1:2], node.args[1::2], strict=True):
        yield from _reached(when, needed)
        yield from _reached(then, (*needed, when))
        needed = (*needed, _untrue(when))
    yield from _reached(node.args[-1], needed)


def _untrue(condition: Expression) -> Call:
    """Whether it is false or NULL."""
    known = Call("coalesce", (condition, Literal(False, FieldType.BOOL)), FieldType.BOOL, True)
    return Call("not", (known,), FieldType.BOOL, True)


def _and(one: Expression, other: Expression) -> Expression:
    return Call("and", (one, other), FieldType.BOOL)


def _expressions(step: Step) -> Iterator[tuple[str, Expression | None, tuple[Expression, ...]]]:
    """The expressions of a step over the records that enter it, with a word for each and what must be true for it."""
    match step:
        case Map():
            yield from ((assignment.name, assignment.value, ()) for assignment in step.assignments)
        case Filter():
            yield "condition", step.condition, ()
        case Route():
            above: tuple[Expression, ...] = ()
            for branch in step.branches:
                yield branch.name, branch.condition, above
                above = (*above, _untrue(branch.condition))
        case Aggregate() | Moving() | Running():
            cycle = step if isinstance(step, Running) else getattr(step, "window", None)
            if isinstance(cycle, Running | CycleWindow):
                yield from (("begin", cycle.begin, ()), ("end", cycle.end, ()))
            for made in step.compute:
                needed = (made.where,) if made.where else ()
                yield f"{made.name} FILTER", made.where, ()
                yield made.name, made.value, needed
                yield f"{made.name} order", made.order, needed
        case Alert():
            yield from (("when", step.when, ()), ("clear", step.clear.when, ()))
