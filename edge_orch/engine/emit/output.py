"""Outputs: a step's records, collected to be encoded once a call."""

from __future__ import annotations

from edge_orch.engine.generator import Generator
from edge_orch.engine.scope import Scope
from edge_orch.engine.stream import Stream
from edge_orch.engine.text_lines import encoded_lines
from edge_orch.engine.writer import FunctionWriter
from edge_orch.plan.steps import Step


def emit_output(generator: Generator, function: FunctionWriter, step: Step, scope: Scope) -> None:
    """Append the record to its step's stream; several outputs of one step share it. A text has a stream of its own."""
    outputs = generator.graph.outputs(step.name)
    if outputs:
        record = scope.carrier or generator.encodable(step.schema, scope)
        _append(generator, function, Stream(outputs, generator.record_lines), record)
    for field, named in generator.graph.lines(step.name).items():
        _append(generator, function, Stream(named, encoded_lines), scope.columns[field].code)


def _append(generator: Generator, function: FunctionWriter, stream: Stream, item: str) -> None:
    generator.streams.append(stream)
    rows = generator.names.bind("rows", stream.rows)
    add = function.once(f"add_{rows}", f"{rows}.append")
    function.body.line(f"{add}({item})")
