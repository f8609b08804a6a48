"""JSON lines: msgspec decodes each to a generated struct; what is no such object is a dead letter."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from edge_orch.engine.fields import json_parser
from edge_orch.engine.generator import Generator
from edge_orch.engine.json_lines import LineDecoder
from edge_orch.engine.json_objects import Node, object_type, tree_of
from edge_orch.engine.scope import Symbol
from edge_orch.engine.writer import FunctionWriter
from edge_orch.plan.schema import FieldType
from edge_orch.plan.steps import ParsedField, Schematize

Columns = tuple[dict[str, Symbol], str | None]


@contextmanager
def json_loop(generator: Generator, function: FunctionWriter, step: Schematize, wanted: set[str]) -> Iterator[Columns]:
    """The loop over decoded objects; what is written inside the `with` is its body.

    Good lines cost no try. Fields in `wanted` become variables, the others stay attributes of the object.
    """
    record = f"r{generator.number(step)}"
    item = f"whole{generator.number(step)}, {record}" if whole_field(step) else record
    with (
        json_objects(generator, function, step) as (tree, objects),
        function.body.block(f"for {item} in {objects}:"),
    ):
        columns = _columns(generator, function, step, tree, wanted)
        yield columns, record if is_carrier(step) else None


@contextmanager
def json_objects(generator: Generator, function: FunctionWriter, step: Schematize) -> Iterator[tuple[Node, str]]:
    """What is written inside the `with` takes the decoded objects, of which the second is an iterator, to their end.

    It is entered again, with those that are left, behind each line that is none: that is a dead letter, or blank.
    Where a field holds the record as it came, each comes in a pair, with that text before it.
    """
    number, body = generator.number(step), function.body
    tree = tree_of([field for field in step.fields if field.path])
    decoder = generator.names.bind("decoder", LineDecoder(object_type(tree), beside=whole_field(step) is not None))
    paths = {".".join(field.path): field.name for field in step.fields}
    function.initial(f"feed{number}, objects{number}", f"{decoder}.begin(lines)")
    with body.block("while True:"):
        with body.block("try:"):
            yield tree, f"objects{number}"
            body.line("break")
        with body.block("except DECODE_ERRORS as error:"):
            known = generator.names.bind("k", paths)
            with body.block(f"if casualties.json({step.name!r}, error, {known}, feed{number}):"):
                body.line(f"dead{number} += 1")
            with body.block("else:"):
                body.line(f"blank{number} += 1")


def is_real(step: Schematize, field: ParsedField) -> bool:
    """Whether the field is the record's event time, and a float (see `real_time`)."""
    return field.name == step.schema.time and field.format == "unix_s" and field.required


def _real(generator: Generator, function: FunctionWriter, step: Schematize, code: str, variable: str) -> Symbol:
    """The event time as a float; where few records ask for its integer, each does so itself."""
    real = generator.names.fresh("m")
    function.body.line(f"{real} = {code} * 1e6")
    rounded = f"round({real})"
    if step.schema.time in generator.graph.used(step.name) or generator.graph.dates(step.name):
        function.body.line(f"{variable} = {rounded}")
        rounded = variable
    return Symbol(rounded, FieldType.TIMESTAMP, nullable=False, real=real)


def attributes(generator: Generator, function: FunctionWriter, step: Schematize, tree: Node) -> dict[str, Symbol]:
    """The columns of a step that `is_carrier`, as attributes of the object."""
    return _columns(generator, function, step, tree, set())


def whole_field(step: Schematize) -> ParsedField | None:
    """The field that holds the record as it came, if there is one."""
    return next((field for field in step.fields if not field.path), None)


def is_carrier(step: Schematize) -> bool:
    """Whether the decoded object, encoded again, is the record: flat, under its own names, without timestamps."""
    return tuple((field.name,) for field in step.fields) == tuple(field.path for field in step.fields) and (
        step.schema.names == tuple(field.name for field in step.fields)
        and all(
            field.type is not FieldType.TIMESTAMP and not field.json and field.default is None for field in step.fields
        )
    )


def _columns(
    generator: Generator, function: FunctionWriter, step: Schematize, tree: Node, wanted: set[str]
) -> dict[str, Symbol]:
    number = generator.number(step)
    places = _places(generator, function, tree, f"r{number}", nullable=False)
    columns: dict[str, Symbol] = {}
    parsed: list[tuple[str, Any]] = []
    statements: list[str] = []
    for field in step.fields:
        if not field.path:
            columns[field.name] = Symbol(f"whole{number}", field.type, nullable=False)
            continue
        code, nullable = places[field.path]
        columns[field.name] = Symbol(code, field.type, nullable)
        parse = json_parser(field)
        inline = field.type is FieldType.TIMESTAMP and field.format == "unix_s"
        if parse is None and not inline and (field.name not in wanted or "." not in code):
            continue
        variable = generator.names.fresh("f")
        columns[field.name] = Symbol(variable, field.type, nullable)
        if parse is not None:
            called = generator.names.bind("parse", _skipping_null(parse) if nullable else parse)
            statements.append(f"{variable} = {called}({code})")
            parsed.append((field.name, (code, _skipping_null(parse))))
        elif is_real(step, field):
            columns[field.name] = _real(generator, function, step, code, variable)
        elif inline:
            function.body.line(
                f"{variable} = None if {code} is None else round({code} * 1000000)"
                if nullable
                else f"{variable} = round({code} * 1000000)"
            )
        else:
            function.body.line(f"{variable} = {code}")
    if parsed:
        _emit_parsing(generator, function, step, statements, parsed)
    return columns


def _emit_parsing(
    generator: Generator,
    function: FunctionWriter,
    step: Schematize,
    statements: list[str],
    parsed: list[tuple[str, Any]],
) -> None:
    number, body = generator.number(step), function.body
    with body.block("try:"):
        for statement in statements:
            body.line(statement)
    with body.block("except ValueError:"):
        parsers = generator.names.bind("k", tuple((name, parse) for name, (_, parse) in parsed))
        values = "".join(f"{code}, " for _, (code, _) in parsed)
        body.line(f"casualties.fields({step.name!r}, {parsers}, ({values}), feed{number})")
        body.line(f"dead{number} += 1")
        body.line("continue")


def _places(
    generator: Generator, function: FunctionWriter, node: Node, record: str, *, nullable: bool
) -> dict[tuple[str, ...], tuple[str, bool]]:
    """Path → (code, can be None). Optional inner objects get a variable each."""
    places: dict[tuple[str, ...], tuple[str, bool]] = {}
    for place, (key, member) in enumerate(node.members.items()):
        code = f"{record}.a{place}"
        if nullable:
            code = f"None if {record} is None else {code}"
        if isinstance(member, Node) or nullable:
            variable = generator.names.fresh("g")
            function.body.line(f"{variable} = {code}")
            code = variable
        missing = nullable or not member.required
        if isinstance(member, Node):
            inner = _places(generator, function, member, code, nullable=missing)
            places |= {(key, *path): found for path, found in inner.items()}
        else:
            places[(key,)] = (code, missing)
    return places


def _skipping_null(parse: Any) -> Any:
    return lambda value: None if value is None else parse(value)
