"""A job as written → its plan."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import TypeVar

import msgspec

from edge_orch.compile.bounds import bounds_after
from edge_orch.compile.context import Compiled, StepContext
from edge_orch.compile.copies import copy_problems
from edge_orch.compile.flow import LOST, Flow
from edge_orch.compile.graph import NamedStep, ordered_steps, output_problems, ports, steps_by_name
from edge_orch.compile.homes import homes_after
from edge_orch.compile.lines import check_line
from edge_orch.compile.merge import compile_merge
from edge_orch.compile.params import compile_param
from edge_orch.compile.sinks import sink_options, sink_problem
from edge_orch.compile.steps import COMPILERS
from edge_orch.compile.topics import topic_problems
from edge_orch.compile.union import compile_union
from edge_orch.errors import Invalid, Location, Problem
from edge_orch.expr.expression import parse_condition
from edge_orch.expr.scope import Scope
from edge_orch.plan import plan
from edge_orch.plan.schema import FieldType
from edge_orch.plan.stages import Stages
from edge_orch.plan.steps import SOURCE, Step
from edge_orch.spec.assets import Assets
from edge_orch.spec.job import Job, JobBody, Limits, Source
from edge_orch.spec.leaves import value_of
from edge_orch.spec.reading import plain
from edge_orch.spec.step_inputs import StepInputs
from edge_orch.spec.steps import Aggregate, Sort

T = TypeVar("T")


def compile_spec(job: Job, assets: Assets) -> plan.Plan:
    """The plan of a job of sound form and the files that ship with it.

    Raises `Invalid` with every problem of meaning, in the order of the file.
    """
    return _Compiler(job.spec, assets).plan(job)


class _Compiler:
    def __init__(self, spec: JobBody, assets: Assets) -> None:
        self.spec = spec
        self.assets = assets
        self.problems: list[Problem] = []
        self.failed = False
        self.flows: dict[str, Flow] = {SOURCE: LOST}
        self.steps: list[Step] = []
        self.stages = Stages()
        self.merges: dict[str, plan.Merge] = {}
        self.params = {name.value: FieldType(param.type.value) for name, param in spec.params.items()}
        self.sinks = {name.value: sink.kind.text for name, sink in spec.sinks.items()}

    def attempt(self, make: Callable[[], T]) -> T | None:
        try:
            return make()
        except Invalid as error:
            self.report(error.problems)
            return None

    def report(self, problems: Iterable[Problem]) -> None:
        self.failed = True
        self.problems.extend(problems)

    def plan(self, job: Job) -> plan.Plan:
        spec = self.spec
        target = spec.target
        condition = self.attempt(lambda: parse_condition(target, Scope(labels=True), deciding=True)) if target else None
        params = [self.attempt(lambda n=n, p=p: compile_param(n, p)) for n, p in spec.params.items()]  # type: ignore[misc]
        order, problems = ordered_steps(spec.steps)
        if problems:
            self.report(problems)
        self.add_steps(order)
        self.check_outputs(steps_by_name(order))
        copies = [] if self.failed else copy_problems(order, [output.from_ for output in spec.outputs.values()])
        if copies:
            self.report(copies)
        if self.failed:
            raise Invalid(*sorted(self.problems, key=lambda p: (p.where.line, p.where.column) if p.where else (0, 0)))
        return plan.Plan(
            name=job.metadata.name.value,
            labels=plain(job.metadata.labels),
            target=condition,
            params=tuple(param for param in params if param),
            source=_source(spec.source, self.steps),
            steps=tuple(self.steps),
            outputs=tuple(
                plan.Output(
                    name.value,
                    output.from_.value,
                    output.to.value,
                    output.priority.value,
                    value_of(output.line),
                    self.merges.get(name.value),
                )
                for name, output in spec.outputs.items()
            ),
            sinks=tuple(
                plan.Sink(name.value, sink.kind.text, sink_options(name, sink, spec))
                for name, sink in spec.sinks.items()
            ),
            limits=_limits(spec.limits),
        )

    def add_steps(self, order: list[NamedStep]) -> None:
        for step in order:
            if step.spec.from_:
                self.unite(step.spec.from_)
            flow = self.flows.get(step.input, LOST)
            context = StepContext(
                step.name,
                step.spec.kind.text,
                step.input,
                step.where,
                flow,
                self.params,
                self.sinks,
                self.assets,
                self.spec.source.kind.text,
            )
            compiled = self.attempt(lambda s=step, c=context: COMPILERS[type(s.spec.body)](s.spec.body, c))  # type: ignore[misc]
            compiled = compiled or Compiled(None, LOST)
            passed = flow.without(compiled.flow, step.name)
            passed = msgspec.structs.replace(
                passed,
                bounds=bounds_after(step.spec.body, flow.bounds),
                rows_of=step.name if isinstance(step.spec.body, Aggregate | Sort) else flow.rows_of,
                homes=homes_after(step.spec.body, compiled.step, flow.homes),
            )
            for port in ports(step):
                self.flows.setdefault(port, passed)
            if compiled.step is None:
                self.report(compiled.problems)
            else:
                self.add(compiled.step, step.spec.from_.where if step.spec.from_ else step.where)

    def add(self, step: Step, where: Location) -> None:
        """One more step of the plan, which stands there."""
        refusal = self.stages.refusal(step)
        if refusal:
            self.report([msgspec.structs.replace(refusal, where=where)])
        self.stages.add(step)
        self.steps.append(step)

    def unite(self, inputs: StepInputs) -> None:
        """A union of these inputs, if there are several, unless there is one."""
        if len(inputs.names) == 1 or inputs.value in self.flows:
            return
        self.flows[inputs.value] = LOST
        made = self.attempt(lambda: compile_union(inputs.names, self.flows))
        if made:
            step, self.flows[inputs.value] = made
            self.add(step, inputs.where)

    def check_outputs(self, by_name: dict[str, NamedStep]) -> None:
        for name, output in self.spec.outputs.items():
            found = [*output_problems(output.from_, by_name), sink_problem(output.to, "records", self.sinks)]
            self.unite(output.from_)
            problems = [problem for problem in found if problem]
            if problems:
                self.report(problems)
            elif output.line and not (output.merge_into or output.omit_nulls.value):
                self.attempt(lambda o=output: check_line(o, self.flows))  # type: ignore[misc]
            elif output.merge_into or output.omit_nulls.value:
                merge = self.attempt(lambda o=output: compile_merge(o, self.flows))  # type: ignore[misc]
                if merge:
                    self.merges[name.value] = merge
        unfit = list(topic_problems(self.spec, self.flows))
        if unfit:
            self.report(unfit)


def _source(spec: Source, steps: Sequence[Step]) -> plan.Source:
    """`whole` says that a body or datagram is one record, to the last byte; for lines it is left out."""
    options = plain(spec.options)
    if spec.kind.text in {"http", "udp"} and plan.reads_documents(steps):
        options["whole"] = True
    return plan.Source(spec.kind.text, options)


def _limits(spec: Limits) -> plan.Limits:
    return plan.Limits(
        outbox=spec.outbox.value,
        state=spec.state.value,
        dead_letters=spec.dead_letters.value,
        max_age_us=spec.max_age.value,
        on_full=spec.on_full.value,
    )
