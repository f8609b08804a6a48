"""Plan → the generated module, ready to run."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import lru_cache
from types import CodeType
from typing import Any

import msgspec

from edge_orch.engine.clock import Timer
from edge_orch.engine.emit.rows import rows_function
from edge_orch.engine.emit.schematize import emit_schematize
from edge_orch.engine.emit.timed import pace
from edge_orch.engine.generator import ALONE, MAIN, Generator
from edge_orch.engine.lines import Lines
from edge_orch.engine.records import Device, StepCount
from edge_orch.engine.union_time import UnionTime, union_times
from edge_orch.engine.windows.windows import Stage
from edge_orch.errors import Invalid, Problem
from edge_orch.plan.expression import Expression
from edge_orch.plan.plan import Plan
from edge_orch.plan.stages import Staged
from edge_orch.plan.steps import Alert
from edge_orch.time import Instant

ARGUMENTS = "lines, partition, now, context, first"

Process = Callable[[Lines, str, Instant, dict[str, str], bool], dict[str, StepCount]]

ProcessAlone = Callable[[bytes, str, dict[str, str]], Mapping[str, StepCount]]


class Compiled(msgspec.Struct):
    """The generated code of a plan on one device, and the parts it drives.

    `process_alone`: the same as `process` for a record that came alone, where the plan allows it. What it does not
    decode it raises one of `DECODE_ERRORS` for, before anything has happened.
    `params`: the list that generated code reads parameters from, in the plan's order. `quorums`: for each alert rule
    with a quorum, how many are needed under these parameters (None: NULL).
    """

    code: str
    process: Process
    process_alone: ProcessAlone | None
    params: list[Any]
    quorums: dict[str, Callable[[], int | None]]
    parts: Generator


def compile_plan(plan: Plan, device: Device, secrets: Mapping[str, str]) -> Compiled:
    """Generate and load the code. Raises `Invalid` when the plan cannot be run by this engine."""
    generator = Generator(plan, device, secrets)
    process = generator.function(MAIN, ARGUMENTS)
    process.initial("counts", "{}")
    try:
        for root in generator.graph.roots:
            emit_schematize(generator, process, root)
        process.epilogue.line("return counts")
        quorums = {
            step.name: _emit_quorum(generator, place, step.quorum.at_least)
            for place, step in enumerate(plan.steps)
            if isinstance(step, Alert) and step.quorum is not None
        }
        code = generator.source()
        namespace = dict(generator.names.objects)
        exec(_loaded(code, f"<job {plan.name!r}>"), namespace)  # noqa: S102 - our own text: see the module docstring of generator
    except (SyntaxError, RecursionError, MemoryError) as error:
        raise Invalid(
            Problem(f"job `{plan.name}` is nested too deeply to compile", found=str(error), next_step="use fewer steps")
        ) from None
    for step in plan.steps:
        if isinstance(step, Staged):
            stage = generator.stateful[step.name]
            assert isinstance(stage, Stage)  # noqa: S101 - for the type checker
            stage.emit = namespace[rows_function(generator, step)]
    times = union_times(generator.graph, generator.stateful)
    for (root_name, each), clock in generator.clocks.items():
        clock.watch(_timers(generator, root_name, each, times))
    return Compiled(
        code,
        namespace[MAIN],
        namespace.get(ALONE),
        namespace["PARAMS"],
        {name: namespace[function] for name, function in quorums.items()},
        generator,
    )


@lru_cache(maxsize=8)
def _loaded(code: str, name: str) -> CodeType:
    """A pipeline is built anew for a look at its stages, for its last rows, and after a break: from the same text."""
    return compile(code, name, "exec")


def _timers(generator: Generator, root: str, own: str, times: Mapping[str, UnionTime]) -> list[Timer]:
    graph = generator.graph
    steps = graph.timed(root)
    timers: list[Timer] = [generator.stateful[step.name] for step in steps if str(pace(step)) == own]
    for name, time in times.items():  # behind all that it depends on
        (first, *_) = graph.joins.stages.first(name)
        if first in steps and str(pace(first)) == own:
            timers.append(time)
    return timers


def _emit_quorum(generator: Generator, place: int, at_least: Expression) -> str:
    name = f"quorum_of_{place}"
    function = generator.function(name, "")
    function.epilogue.line(f"return {generator.expressions(function).value(at_least).text}")
    return name
