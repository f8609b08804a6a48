"""How often one record can come to a union: a chain of them that read their branches twice doubles it each time."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from graphlib import TopologicalSorter

from edge_orch.compile.graph import NamedStep, ports, producer
from edge_orch.errors import Problem
from edge_orch.spec.step_inputs import StepInputs
from edge_orch.spec.steps import Aggregate

MOST_COPIES = 1000


def copy_problems(steps: Sequence[NamedStep], outputs: Iterable[StepInputs]) -> list[Problem]:
    """The first union to which one record of the source could come more than `MOST_COPIES` times, if there is one.

    Counted over the graph, whatever conditions say: of a route, a record takes the branch that leads there most often.
    The graph has no circle and no unknown name.
    """
    unions = [(step.inputs, step.spec.from_) for step in steps if step.spec.from_ and len(step.inputs) > 1]
    unions += [(tuple(name.value for name in one.names), one) for one in outputs if len(one.names) > 1]
    by_name = {step.name: step for step in steps}
    backwards = list(TopologicalSorter({step.name: set(map(producer, step.inputs)) for step in steps}).static_order())
    for inputs, written in unions:
        most = _most(inputs, [by_name[name] for name in reversed(backwards) if name in by_name])
        if most > MOST_COPIES:
            what = f"one record could come {most:,} times"
            next_step = "read a step once, or let each branch filter records of its own, as those of a route do"
            return [Problem(what, written.where, f"at most {MOST_COPIES:,} times", "", next_step)]
    return []


def _most(inputs: Sequence[str], backwards: Sequence[NamedStep]) -> int:
    """How often a record comes by these inputs; `backwards`: the steps, each before those that it reads."""
    reached: dict[str, int] = {}
    for name in inputs:
        reached[name] = reached.get(name, 0) + 1
    entered: dict[str, int] = {}
    for step in backwards:
        leaves = max((reached.get(port, 0) for port in ports(step)), default=0)
        entered[step.name] = 0 if isinstance(step.spec.body, Aggregate) else leaves
        for name in step.inputs:
            reached[name] = reached.get(name, 0) + entered[step.name]
    return max(reached.values(), default=0)
