"""A job over one input, from its file to the last record: what `edge-orch run` does once its options are read."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterable, Iterator, Mapping
from contextlib import AbstractContextManager, ExitStack, nullcontext
from pathlib import Path
from typing import Any

import click

from edge_orch.cli.inputs import STDIN, chunks, followed, open_input, size_of
from edge_orch.cli.options import assigned, parse_value
from edge_orch.cli.pace import Pace
from edge_orch.cli.plan_text import reads
from edge_orch.cli.run_output import Destination, Folder, StandardOutput
from edge_orch.cli.run_report import Report
from edge_orch.cli.topics import by_topic, under
from edge_orch.engine.pipeline import Pipeline
from edge_orch.engine.records import Batch, Device, Emission
from edge_orch.errors import Invalid, Problem
from edge_orch.jobtest.tally import Tally
from edge_orch.plan.params import Value, bind
from edge_orch.plan.plan import Plan
from edge_orch.plan.schema import FieldType
from edge_orch.plan.secrets import step_secrets
from edge_orch.plan.steps import Schematize
from edge_orch.plan.tap import tapped
from edge_orch.spec.words import did_you_mean, names
from edge_orch.time import Instant

BIG = 8 << 20
"""Bytes of input from which on a progress bar is worth its line: some seconds of a slow device."""


def run_job(
    plan: Plan,
    *,
    sources: tuple[str, ...],
    follow: bool,
    pace: Pace,
    folder: Path | None,
    only: str,
    tap: str,
    topic: str | None,
    labels: tuple[str, ...],
    params: tuple[str, ...],
    as_json: bool,
) -> None:
    """Run a job over `sources`; the other arguments are the options of `edge-orch run`.

    `topic`: where all records come from, empty if from none; None: each line begins with its own.
    Raises `Invalid` for an option or an input that is wrong, before or after records were written.
    """
    if tap:
        plan, only = tapped(plan, tap)
    outputs = [output.name for output in plan.outputs]
    if only and only not in outputs:
        expected = f"one of: {names(outputs)}"
        raise Invalid(Problem(f"the job has no output `{only}`", None, expected, "", did_you_mean(only, outputs)))
    if follow and plan.whole:
        what = "a record of this job is a whole file, and one that is followed never ends"
        raise Invalid(Problem(what, next_step="leave out --follow"))
    if topic is None and plan.whole:
        what = "a record of this job is a whole file, which has no lines that begin with topics"
        raise Invalid(Problem(what, next_step="write --topic TOPIC"))
    device = Device("local", assigned(labels, "--device-label"))
    pipeline = Pipeline(plan, device=device, params=_params(plan, params), secrets=_secrets(plan))
    if topic == "" and reads(plan.steps, "source.topic"):
        Report(as_json=as_json, over_bar=False).note("source.topic is NULL: --topic or --topics say what it is")
    with ExitStack() as stack:
        files = {source: stack.enter_context(open_input(source)) for source in dict.fromkeys(sources)}
        sizes = [None if source == STDIN else size_of(file) for source, file in files.items()]
        size = None if follow or None in sizes else sum(filter(None, sizes))
        scrolls = folder is None and sys.stdout.isatty()
        bar = size is not None and size >= BIG and sys.stderr.isatty() and not scrolls
        read = followed if follow else chunks
        inputs = {source: read(file) for source, file in files.items()}
        destination = Folder(folder, plan.outputs) if folder else StandardOutput(only, as_json=as_json)
        stack.callback(destination.close)
        progress = click.progressbar(length=size, file=sys.stderr) if bar else nullcontext()  # type: ignore[var-annotated]
        emissions = _emissions(pipeline, _arrivals(inputs, pace, progress, topic, whole=plan.whole), pace.now())
        _deliver(plan, emissions, destination, Report(as_json=as_json, over_bar=bar))


def _arrivals(
    inputs: Mapping[str, Iterable[bytes]],
    pace: Pace,
    progress: AbstractContextManager[Any],
    topic: str | None,
    *,
    whole: bool,
) -> Iterator[Batch | Instant]:
    """What comes, in batches; an instant says that time passes without records."""
    records = pace.document if whole else pace.batches
    with progress as bar:
        for partition, pieces in inputs.items():
            for arrived in records(_watched(pieces, bar), partition):
                if isinstance(arrived, Batch) and topic is None:
                    yield from by_topic(arrived)
                else:
                    yield under(arrived, topic) if isinstance(arrived, Batch) and topic else arrived


def _emissions(pipeline: Pipeline, arrivals: Iterable[Batch | Instant], start: Instant) -> Iterator[Emission]:
    yield pipeline.advance(start)
    for arrived in arrivals:
        now = arrived.received if isinstance(arrived, Batch) else arrived
        while (wake := pipeline.wake_at()) is not None and wake < now.mono_us:
            yield pipeline.advance(now.after(wake - now.mono_us))
        yield pipeline.process(arrived) if isinstance(arrived, Batch) else pipeline.advance(now)
    yield pipeline.finish()


def _deliver(plan: Plan, emissions: Iterable[Emission], destination: Destination, report: Report) -> None:
    tally = Tally(outputs={output.name: 0 for output in plan.outputs})
    first_steps = frozenset(step.name for step in plan.steps if isinstance(step, Schematize))
    try:
        for emission in emissions:
            destination.write(emission.outputs, emission.dead)
            report.alerts(emission.episodes)
            tally.add(emission, first_steps)
    except KeyboardInterrupt:
        report.summary(tally, interrupted=True)
        raise
    report.summary(tally)


def _watched(pieces: Iterable[bytes], bar: Any) -> Iterator[bytes]:
    for piece in pieces:
        yield piece
        if bar is not None:
            bar.update(len(piece))


def _params(plan: Plan, assignments: tuple[str, ...]) -> dict[str, Value]:
    texts = assigned(assignments, "--param")
    is_text = {spec.name for spec in plan.params if spec.type is FieldType.STRING}
    return bind(plan.params, {name: text if name in is_text else parse_value(text) for name, text in texts.items()})


def _secrets(plan: Plan) -> dict[str, str]:
    variables = {name: f"EDGE_ORCH_SECRET_{name}" for name in step_secrets(plan)}
    missing = [
        Problem(f"a step needs the secret {name}", next_step=f"set {variable} in the environment")
        for name, variable in variables.items()
        if not os.environ.get(variable)
    ]
    if missing:
        raise Invalid(*missing)
    return {name: os.environ[variable] for name, variable in variables.items()}
