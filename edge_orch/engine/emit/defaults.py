"""Defaults of parsed fields."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from edge_orch.engine.generator import Generator
from edge_orch.engine.scope import Symbol
from edge_orch.engine.writer import FunctionWriter
from edge_orch.plan.steps import ParsedField


def filled(
    generator: Generator, function: FunctionWriter, fields: Sequence[ParsedField], columns: Mapping[str, Symbol]
) -> dict[str, Symbol]:
    """The columns, with what the fields say in the place of NULL."""
    found = dict(columns)
    for field in fields:
        if field.default is not None:
            code, variable = columns[field.name].code, generator.names.fresh("f")
            function.body.line(f"{variable} = {field.default!r} if {code} is None else {code}")
            found[field.name] = Symbol(variable, field.type, nullable=False)
    return found
