"""The graph of a plan's steps, as the generator walks it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from edge_orch.engine.accumulators.factory import is_timed
from edge_orch.engine.joins import Joins
from edge_orch.errors import Invalid, Problem
from edge_orch.plan.expression import Call, Column, Expression
from edge_orch.plan.formats import CsvFormat, DocumentFormat, JsonFormat, RawFormat, RegexFormat
from edge_orch.plan.plan import DEAD_LETTERS, Merge, Plan
from edge_orch.plan.stages import Staged, Timed
from edge_orch.plan.steps import (
    SOURCE,
    Aggregate,
    Aggregation,
    Alert,
    Deadband,
    Dedupe,
    Explode,
    Filter,
    Lag,
    Latest,
    Lookup,
    Map,
    Mask,
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
    joined,
    ports,
)
from edge_orch.plan.windows import CountWindow, CycleWindow, SessionWindow


class Graph:
    """Who takes whose records; `dead_letters`: outputs that take what steps refuse.

    Raises `Invalid` for a plan whose steps do not stand in topological order, or whose unions cannot be.
    """

    def __init__(self, plan: Plan) -> None:
        self.roots: list[Schematize] = []
        self._children: dict[str, list[Step]] = {port: [] for step in plan.steps for port in ports(step)}
        self._outputs: dict[str, list[str]] = {port: [] for port in self._children}
        known: set[str] = set()
        names: set[str] = set()
        for step in plan.steps:
            if isinstance(step, Schematize) and step.input == SOURCE:
                self.roots.append(step)
            elif known.issuperset(inputs(step)) and not isinstance(step, Schematize):
                for name in inputs(step):
                    self._children[name].append(step)
            else:
                raise Invalid(Problem(f"step `{step.name}` cannot take its input", found=joined(inputs(step))))
            if step.name in names:
                raise Invalid(Problem(f"two steps are named `{step.name}`"))
            names.add(step.name)
            known.update(ports(step))
        self.joins = Joins(plan.steps)
        self._steps = plan.steps
        self._places = {step.name: place for place, step in enumerate(plan.steps)}
        self._lines: dict[str, dict[str, list[str]]] = {port: {} for port in self._children}
        self._merges: dict[str, dict[Merge, list[str]]] = {port: {} for port in self._children}
        self.dead_letters = [output.name for output in plan.outputs if output.input == DEAD_LETTERS]
        for output in plan.outputs:
            if output.name in self.dead_letters:
                continue
            if output.input not in known:
                raise Invalid(Problem(f"output `{output.name}` takes an unknown step", found=output.input))
            if output.merge is not None:
                self._merges[output.input].setdefault(output.merge, []).append(output.name)
            elif output.line is None:
                self._outputs[output.input].append(output.name)
            else:
                self._lines[output.input].setdefault(output.line, []).append(output.name)

    def children(self, port: str) -> list[Step]:
        """The steps that take these records."""
        return self._children[port]

    def outputs(self, port: str) -> list[str]:
        """The outputs that take these records as JSON."""
        return self._outputs[port]

    def lines(self, port: str) -> dict[str, list[str]]:
        """By field, the outputs that take that text of these records."""
        return self._lines[port]

    def merges(self, port: str) -> dict[Merge, list[str]]:
        """By what stands in it, the outputs that take an object made of these records."""
        return self._merges[port]

    def leaves(self, port: str) -> bool:
        """Whether an output takes these records, in whatever form."""
        return bool(self._outputs[port] or self._lines[port] or self._merges[port])

    def only_records(self, port: str) -> bool:
        """Whether these records go nowhere but to outputs that take their JSON."""
        return not (self._children[port] or self._lines[port] or self._merges[port])

    def below(self, port: str, *, across: bool = True) -> list[Step]:
        """All steps that these records reach, without what comes after an aggregate; parents before children.

        Not `across`: without what comes after a union of several stages either.
        """
        found = {step.name: step for step in self._reached(port, set(), across=across)}
        if any(isinstance(step, Union) for step in found.values()):  # which is reached before its last parent
            return sorted(found.values(), key=lambda step: self._places[step.name])
        return list(found.values())

    def _reached(self, port: str, seen: set[str], *, across: bool) -> Iterator[Step]:
        for child in self._children[port]:
            if child.name in seen:
                continue
            seen.add(child.name)
            yield child
            if not isinstance(child, Staged) and (across or not self.joins.stages.crosses(child)):
                for inner in ports(child):
                    yield from self._reached(inner, seen, across=across)

    def timed(self, name: str) -> list[Timed]:
        """The steps below, within the stage, whose state event time changes, parents before children."""
        return [step for step in self.below(name, across=False) if isinstance(step, Timed)]

    @property
    def unions_followed(self) -> list[Union]:
        """The unions of several stages behind which steps follow event time, in the order of the plan."""
        unions = [step for step in self._steps if isinstance(step, Union) and self.joins.stages.crosses(step)]
        return [union for union in unions if any(isinstance(step, Timed) for step in self.below(union.name))]

    @property
    def dated_by_arrival(self) -> bool:
        """Whether it matters when records arrived: some bring no time, and a step or a format asks for it."""
        return any(root.schema.time is None and self._asks_for_time(root) for root in self.roots)

    def _asks_for_time(self, root: Schematize) -> bool:
        plain = isinstance(root.format, JsonFormat | CsvFormat | RegexFormat | RawFormat | DocumentFormat)
        return not plain or any(isinstance(step, Timed | Parse) for step in self.below(root.name))

    def dates(self, name: str) -> bool:
        """Whether a step below looks at each record's event time, more than to know its window."""
        return any(not isinstance(step, Aggregate) or _takes_times(step) for step in self.timed(name))

    def used(self, name: str) -> set[str]:
        """Columns of a step that the steps below look into: worth a variable."""
        return {column for step in self.below(name) for column in _used_by(step)}


def _takes_times(step: Aggregate) -> bool:
    aligned = not isinstance(step.window, SessionWindow | CountWindow | CycleWindow)
    return not aligned or any(is_timed(aggregation.function) for aggregation in step.compute)


def _used_by(step: Step) -> Iterator[str]:
    match step:
        case Filter():
            yield from _columns(step.condition)
        case Map():
            yield from _columns(*(assignment.value for assignment in step.assignments))
        case Route():
            yield from _columns(*(branch.condition for branch in step.branches))
        case Mask():
            yield from (name for name, _ in step.maskings)
        case Explode() | Parse():
            yield step.field
        case Dedupe() | Throttle() | Sample() | Lookup():
            yield from step.keys
        case Deadband():
            yield from step.keys
            yield from (name for name, _ in step.fields)
        case Lag() | Latest():
            yield from step.keys
            yield from (name for _, name in step.fields)
        case Moving() | Running():
            yield from step.keys
            yield from _columns(*_bounds(step))
            yield from _columns_of(step.compute)
            if isinstance(step, Running):
                yield from _columns(*(part for each in step.carried for part in (each.init, each.next)))
        case Aggregate():
            yield from step.by
            yield from _columns(*_bounds(step))
            yield from _columns_of(step.compute)
        case Alert():
            yield from step.key
            yield from _columns(step.when, step.clear.when)


def _bounds(step: Aggregate | Moving | Running) -> tuple[Expression | None, ...]:
    """The conditions by which what it computes begins and ends."""
    match step:
        case Running():
            return step.begin, step.end
        case Aggregate(window=CycleWindow(begin=begin, end=end)):
            return begin, end
        case _:
            return ()


def _columns_of(compute: Sequence[Aggregation]) -> Iterator[str]:
    for aggregation in compute:
        yield from _columns(aggregation.value, aggregation.order, aggregation.where)


def _columns(*nodes: Expression | None) -> Iterator[str]:
    for node in nodes:
        if isinstance(node, Column):
            yield node.name
        elif isinstance(node, Call):
            yield from _columns(*node.args)
