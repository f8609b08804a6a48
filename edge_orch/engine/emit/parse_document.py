"""Records that are whole documents: one call each; what is none is a dead letter."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from edge_orch.engine.documents import document_reader
from edge_orch.engine.emit.parse_json import Columns
from edge_orch.engine.emit.parse_text import skip_blank
from edge_orch.engine.generator import Generator
from edge_orch.engine.json_objects import Misfit
from edge_orch.engine.scope import Symbol
from edge_orch.engine.writer import FunctionWriter
from edge_orch.plan.formats import DocumentFormat, XmlFormat
from edge_orch.plan.steps import Schematize


@contextmanager
def document_loop(
    generator: Generator,
    function: FunctionWriter,
    step: Schematize,
    wanted: set[str],  # noqa: ARG001 - every field is a variable, because each is looked for
) -> Iterator[Columns]:
    """The loop over records as they came; what is written inside the `with` is its body, for those that are good."""
    assert isinstance(step.format, DocumentFormat)  # noqa: S101 -- for the type checker
    number, body = generator.number(step), function.body
    function.initial(f"feed{number}", "iter(lines.raw)")
    read = generator.names.bind("read", document_reader(step.format, step.fields))
    misfit = generator.names.bind("unfit", Misfit)
    columns = {field.name: Symbol(generator.names.fresh("f"), field.type, not field.required) for field in step.fields}
    with body.block(f"for line in feed{number}:"):
        skip_blank(function, step, number, "line.strip()" if isinstance(step.format, XmlFormat) else "line")
        with body.block("try:"):
            body.line(f"{', '.join(symbol.code for symbol in columns.values())}, = {read}(line)")
        with body.block(f"except {misfit} as error:"):
            body.line(f"casualties.record({step.name!r}, error.reason, error.field, feed{number})")
            body.line(f"dead{number} += 1")
            body.line("continue")
        yield columns, None
