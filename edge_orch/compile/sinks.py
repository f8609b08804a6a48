"""Which sink can take what, and what it is told of it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Literal

from edge_orch.errors import Problem
from edge_orch.spec.job import JobBody, Sink
from edge_orch.spec.leaves import LabelName
from edge_orch.spec.reading import plain
from edge_orch.spec.sinks import SINKS, HttpSink, WebhookSink
from edge_orch.spec.steps import Alert
from edge_orch.spec.words import did_you_mean, names


def sink_problem(sink: LabelName, what: Literal["records", "alerts"], kinds: Mapping[str, str]) -> Problem | None:
    """What is wrong with sending records or alerts to `sink`; `kinds` are the declared sinks' kinds by name."""
    if sink.value not in kinds:
        next_step = did_you_mean(sink.value, kinds, "declare it under spec.sinks")
        return Problem(f"unknown sink `{sink.value}`", sink.where, f"one of: {names(kinds)}", "", next_step)
    kind = kinds[sink.value]
    if what not in SINKS[kind].carries:
        able = names(name for name, model in SINKS.items() if what in model.carries)
        return Problem(f"a {kind} sink cannot carry {what}", sink.where, f"a sink of kind: {able}")
    return None


def sink_options(name: LabelName, sink: Sink, spec: JobBody) -> dict[str, Any]:
    """The sink's options. Where nothing but lines go by HTTP they are announced as text, unless a header says what."""
    options: dict[str, Any] = plain(sink.options)
    speaks_http = isinstance(sink.options, HttpSink | WebhookSink)
    if speaks_http and _takes_lines_only(name.value, spec) and "content-type" not in map(str.lower, options["headers"]):
        options["headers"] = {"Content-Type": "text/plain; charset=utf-8", **options["headers"]}
    return options


def _takes_lines_only(sink: str, spec: JobBody) -> bool:
    outputs = [output for output in spec.outputs.values() if output.to.value == sink]
    told = (each.value for step in spec.steps if isinstance(step.body, Alert) for each in step.body.told)
    return bool(outputs) and all(output.line for output in outputs) and sink not in told
