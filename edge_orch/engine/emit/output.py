"""Outputs: a step's records, collected to be encoded once a call."""

from __future__ import annotations

from edge_orch.engine.generator import Generator, encoded
from edge_orch.engine.scope import Scope
from edge_orch.engine.stream import Stream
from edge_orch.engine.text_lines import encoded_lines
from edge_orch.engine.writer import FunctionWriter
from edge_orch.plan.steps import Step


def emit_output(generator: Generator, function: FunctionWriter, step: Step, scope: Scope) -> None:
    """Append the record to its step's stream; several outputs of one step share it.

    A text and an object made of the record have streams of their own.
    """
    outputs = generator.graph.outputs(step.name)
    if outputs:
        record = scope.carrier or generator.encodable(step.schema, scope)
        _append(generator, function, Stream(outputs, generator.record_lines), record)
    for field, named in generator.graph.lines(step.name).items():
        _append(generator, function, Stream(named, encoded_lines), scope.columns[field].code)
    if generator.graph.merges(step.name):
        _emit_merges(generator, function, step, scope)


def _emit_merges(generator: Generator, function: FunctionWriter, step: Step, scope: Scope) -> None:
    from edge_orch.engine.merging import Merging, Present  # noqa: PLC0415 -- few jobs need it

    json = {field.name: field.json for field in step.schema.fields}
    for merge, named in generator.graph.merges(step.name).items():
        values = "".join(f"{encoded(scope.columns[name], json=json[name])}, " for _, name in merge.values)
        if merge.field is None:
            record = f"{generator.names.bind('present', Present([name for _, name in merge.values]))}(({values}))"
        else:
            merged = generator.names.bind("merged", Merging(merge.field, merge))
            record = f"{merged}({scope.columns[merge.field].code}, ({values}))"
        _append(generator, function, Stream(named, generator.record_lines), record)


def _append(generator: Generator, function: FunctionWriter, stream: Stream, item: str) -> None:
    generator.streams.append(stream)
    rows = generator.names.bind("rows", stream.rows)
    add = function.once(f"add_{rows}", f"{rows}.append")
    function.body.line(f"{add}({item})")
