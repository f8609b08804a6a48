"""Steps and branches whose records go nowhere, sinks to which nothing goes, parameters that nothing names.

All are allowed while a job is being written, yet told.
"""

from __future__ import annotations

from collections.abc import Container, Iterator

import msgspec

from edge_orch.compile.graph import NamedStep, ordered_steps, producer
from edge_orch.errors import Problem
from edge_orch.plan.expression import Param
from edge_orch.plan.plan import Plan
from edge_orch.plan.steps import SummaryPart
from edge_orch.spec.job import Job
from edge_orch.spec.steps import Alert, Route


def unread(job: Job, plan: Plan) -> tuple[Problem, ...]:
    """One problem for each of them in a job and the plan it compiles to, in the order of the file; none stops it."""
    steps, _ = ordered_steps(job.spec.steps)
    inputs = {name for step in steps for name in step.inputs}
    inputs |= {name.value for output in job.spec.outputs.values() for name in output.from_.names}
    read = set(map(producer, inputs))
    told = {output.to.value for output in job.spec.outputs.values()}
    alerts = [step.spec.body for step in steps if isinstance(step.spec.body, Alert)]
    told |= {sink.value for alert in alerts for sink in alert.told}
    found = [
        Problem(f"nothing reads the step `{step.name}`", step.where, next_step="name it in an output, or remove it")
        for step in steps
        if step.name not in read and not isinstance(step.spec.body, Alert)
    ]
    found += [
        Problem(f"nothing goes to the sink `{name.value}`", name.where, next_step="name it in an output, or remove it")
        for name in job.spec.sinks
        if name.value not in told
    ]
    found += [problem for step in steps if step.name in read for problem in _vain_branches(step, inputs)]
    used = _named(plan.steps)
    found += [
        Problem(f"nothing names the parameter `{name.value}`", name.where, next_step=f"write :{name.value}, or drop it")
        for name in job.spec.params
        if name.value not in used
    ]
    return tuple(sorted(found, key=lambda problem: problem.where.line if problem.where else 0))


def _vain_branches(step: NamedStep, inputs: Container[str]) -> Iterator[Problem]:
    """The unread branches at the end of a route: without them the same records would be filtered out."""
    if not isinstance(step.spec.body, Route):
        return
    route = step.spec.body
    for branch in reversed([*route.routes, *([route.default] if route.default else [])]):
        if f"{step.name}.{branch.value}" in inputs:
            return
        next_step = "read it, or remove it: what no branch takes is filtered out"
        yield Problem(f"nothing reads the branch `{step.name}.{branch.value}`", branch.where, next_step=next_step)


def _named(node: object) -> set[str]:
    """The names of parameters, and of what else a summary tells, anywhere in a part of the plan."""
    if isinstance(node, Param):
        return {node.name}
    if isinstance(node, SummaryPart):
        return {node.value}
    parts = (getattr(node, name) for name in node.__struct_fields__) if isinstance(node, msgspec.Struct) else node
    return set().union(*map(_named, parts)) if isinstance(parts, Iterator | tuple) else set()
