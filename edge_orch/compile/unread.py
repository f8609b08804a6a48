"""Steps whose records go nowhere, and sinks to which nothing goes: allowed while a job is being written, yet told."""

from __future__ import annotations

from edge_orch.compile.graph import ordered_steps, producer
from edge_orch.errors import Problem
from edge_orch.spec.job import Job
from edge_orch.spec.steps import Alert


def unread(job: Job) -> tuple[Problem, ...]:
    """One problem for each of them, in the order of the file; none stops the job."""
    steps, _ = ordered_steps(job.spec.steps)
    read = {producer(step.input) for step in steps}
    read |= {producer(output.from_.value) for output in job.spec.outputs.values()}
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
    return tuple(sorted(found, key=lambda problem: problem.where.line if problem.where else 0))
