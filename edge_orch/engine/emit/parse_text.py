"""Text lines, as CSV or by a parser of their format: texts, then one typed value each; by a regular expression, all
at once.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from edge_orch.engine.csv_headers import Headers
from edge_orch.engine.csv_lines import cells_object, split_line
from edge_orch.engine.emit.parse_json import Columns
from edge_orch.engine.fields import column_of, text_parser
from edge_orch.engine.formats import LineFormat, line_parser
from edge_orch.engine.generator import Generator
from edge_orch.engine.matched_lines import MatchedLines
from edge_orch.engine.scope import Symbol
from edge_orch.engine.writer import FunctionWriter
from edge_orch.plan.formats import CsvFormat, DocumentFormat, JsonFormat, RegexFormat
from edge_orch.plan.schema import FieldType
from edge_orch.plan.steps import ParsedField, Schematize


@contextmanager
def text_loop(
    generator: Generator,
    function: FunctionWriter,
    step: Schematize,
    wanted: set[str],  # noqa: ARG001 - every field is a variable, because every text is checked
) -> Iterator[Columns]:
    """The loop over lines; what is written inside the `with` is its body, for lines whose fields are all good."""
    if isinstance(step.format, RegexFormat):
        with _matched_loop(generator, function, step, step.format) as columns:
            yield columns, None
        return
    number = generator.number(step)
    body = function.body
    function.initial(f"feed{number}", "iter(lines.texts)")
    named = isinstance(step.format, CsvFormat) and not step.format.columns
    if isinstance(step.format, CsvFormat) and named:
        headers = Headers(step.fields, step.format.delimiter)
        generator.headers[step.name] = headers
        known = generator.names.bind("headers", headers)
        header = "lines.texts[0] if first and lines.count else None"
        function.initial(f"cells_of{number}", f"{known}.reader(partition, {header})")
    if isinstance(step.format, CsvFormat) and step.format.header:
        with body.block("if first and lines.count:"):
            body.line(f"next(feed{number})")
            body.line(f"blank{number} += 1")
    with body.block(f"for line in feed{number}:"):
        texts: list[str]
        if named:
            texts = _named_cells(function, step, number, [generator.names.fresh("s") for _ in step.fields])
        elif isinstance(step.format, CsvFormat):
            texts = _cells(generator, function, step, step.format)
        elif isinstance(step.format, JsonFormat | DocumentFormat):
            raise AssertionError("has a loop of its own")
        else:
            texts = _parts(generator, function, step, step.format)
        columns = _parse(generator, function, step, texts)
        yield columns, None


@contextmanager
def _matched_loop(
    generator: Generator, function: FunctionWriter, step: Schematize, format_: RegexFormat
) -> Iterator[dict[str, Symbol]]:
    """The loop over records that are read column by column, and good."""
    records = f"records{generator.number(step)}"
    matched_records(generator, function, step, format_, records)
    columns = matched_columns(generator, step)
    variables = "".join(f"{symbol.code}, " for symbol in columns.values())
    with function.body.block(f"for {variables}in {records}:"):
        yield columns


def matched_records(
    generator: Generator, function: FunctionWriter, step: Schematize, format_: RegexFormat, records: str
) -> None:
    """Set the variable `records` to the records that match and are good: an iterator over tuples of their columns."""
    number = generator.number(step)
    reader = MatchedLines(step.name, format_, step.fields, generator.casualties)
    known = generator.names.bind("reader", reader)
    function.body.line(f"feed{number}, {records}, dead{number}, blank{number} = {known}.read(lines)")


def matched_columns(generator: Generator, step: Schematize) -> dict[str, Symbol]:
    """A new variable for each column of such a tuple."""
    return {field.name: Symbol(generator.names.fresh("f"), field.type, not field.required) for field in step.fields}


def _refuse(function: FunctionWriter, step: Schematize, number: int, reason: str) -> None:
    function.body.line(f"casualties.record({step.name!r}, {reason}, '', feed{number})")
    function.body.line(f"dead{number} += 1")
    function.body.line("continue")


def skip_blank(function: FunctionWriter, step: Schematize, number: int, content: str = "line") -> None:
    """A line without `content` is no record; it is dead where it came by itself, or was made blank."""
    body = function.body
    with body.block(f"if not {content}:"):
        with body.block(f"if casualties.blank({step.name!r}, feed{number}):"):
            body.line(f"dead{number} += 1")
        with body.block("else:"):
            body.line(f"blank{number} += 1")
        body.line("continue")


def _cells(generator: Generator, function: FunctionWriter, step: Schematize, format_: CsvFormat) -> list[str]:
    number, body = generator.number(step), function.body
    skip_blank(function, step, number)
    split = generator.names.bind("split", split_line(format_.delimiter))
    body.line(f"cells_{number} = line.split({format_.delimiter!r}) if '\"' not in line else {split}(line)")
    with body.block(f"if cells_{number} is None:"):
        _refuse(function, step, number, repr("has a quote out of place"))
    with body.block(f"if len(cells_{number}) != {len(format_.columns)}:"):
        reason = f"f'has {{len(cells_{number})}} columns, not {len(format_.columns)}'"
        _refuse(function, step, number, reason)
    whole = (
        generator.names.bind("object", cells_object(format_.columns)) if not all(f.path for f in step.fields) else ""
    )
    return [
        f"cells_{number}[{format_.columns.index(column_of(field))}]" if field.path else f"{whole}(cells_{number})"
        for field in step.fields
    ]


def _named_cells(function: FunctionWriter, step: Schematize, number: int, texts: list[str]) -> list[str]:
    body = function.body
    skip_blank(function, step, number)
    with body.block("try:"):
        body.line(f"{', '.join(texts)}, = cells_of{number}(line)")
    with body.block("except ValueError as error:"):
        _refuse(function, step, number, "str(error)")
    return texts


def _parts(generator: Generator, function: FunctionWriter, step: Schematize, format_: LineFormat) -> list[str]:
    number, body = generator.number(step), function.body
    skip_blank(function, step, number)
    parse = generator.names.bind("split", line_parser(format_, [field.path for field in step.fields]))
    arrival = function.once("arrival", "now.wall_us")
    texts = [generator.names.fresh("s") for _ in step.fields]
    with body.block("try:"):
        body.line(f"parts{number} = {parse}(line, {arrival})")
    with body.block("except ValueError as error:"):
        _refuse(function, step, number, "str(error)")
    with body.block(f"if parts{number} is None:"):
        body.line(f"blank{number} += 1")
        body.line("continue")
    body.line(f"{', '.join(texts)}, = parts{number}")
    return texts


def _parse(generator: Generator, function: FunctionWriter, step: Schematize, texts: list[str]) -> dict[str, Symbol]:
    number, body = generator.number(step), function.body
    columns = {}
    with body.block("try:"):
        for field, text in zip(step.fields, texts, strict=True):
            variable = generator.names.fresh("f")
            columns[field.name] = Symbol(variable, field.type, not field.required)
            _parse_field(generator, function, field, text, variable)
    with body.block("except (ValueError, TypeError):"):
        parsers = generator.names.bind("k", tuple((field.name, text_parser(field)) for field in step.fields))
        body.line(f"casualties.fields({step.name!r}, {parsers}, ({', '.join(texts)},), feed{number})")
        body.line(f"dead{number} += 1")
        body.line("continue")
    return columns


def _parse_field(generator: Generator, function: FunctionWriter, field: ParsedField, text: str, variable: str) -> None:
    """Floats and plain text, the most common, without a call of ours; anything else by the field's own parser."""
    body = function.body
    certain = field.required and not field.nulls
    if certain and field.type is FieldType.STRING and field.pattern is None:
        body.line(f"{variable} = {text}")
        body.line(f"if {variable} is None: raise ValueError")
        return
    if certain and field.type is FieldType.FLOAT and field.decimal == ".":
        # Whether Python's own `float` is strict enough is decided for the whole batch.
        real = function.once("real", "float if lines.plain else plain_float")
        body.line(f"{variable} = {real}({text})")
        if field.min is None and field.max is None:
            # Zero for every number, but not for infinities and NaN: faster than to compare with two bounds.
            body.line(f"if {variable} - {variable}: raise ValueError")
        else:
            low = "-INF <" if field.min is None else f"{field.min!r} <="
            high = "< INF" if field.max is None else f"<= {field.max!r}"
            body.line(f"if not {low} {variable} {high}: raise ValueError")
        return
    called = generator.names.bind("parse", text_parser(field))
    body.line(f"{variable} = {called}({text})")
