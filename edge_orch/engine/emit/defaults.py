"""What parsed fields have that did not stand in the record: defaults, and the year of a stamp that names none."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import msgspec

from edge_orch.engine.generator import Generator
from edge_orch.engine.partial_stamps import completer
from edge_orch.engine.scope import Symbol
from edge_orch.engine.writer import FunctionWriter
from edge_orch.plan.partial_forms import missing
from edge_orch.plan.schema import FieldType
from edge_orch.plan.steps import ParsedField


def stands_in_record(field: ParsedField) -> bool:
    """Whether `filled` leaves the field as it was parsed."""
    return field.default is None and not (field.type is FieldType.TIMESTAMP and missing(field.format))


def filled(
    generator: Generator,
    function: FunctionWriter,
    fields: Sequence[ParsedField],
    columns: Mapping[str, Symbol],
    came: str | None = None,
) -> dict[str, Symbol]:
    """The columns, with what the fields say in the place of NULL. `came`: code for when the record came, which tells
    the year of stamps that name none; None: they have it already.
    """
    found = dict(columns)
    for field in fields:
        complete = completer(field.format, field.zone) if field.type is FieldType.TIMESTAMP else None
        if complete is not None and came is not None:
            variable = generator.names.fresh("f")
            called = generator.names.bind("complete", complete)
            function.body.line(f"{variable} = {called}({columns[field.name].code}, {came})")
            found[field.name] = msgspec.structs.replace(columns[field.name], code=variable)
        if field.default is not None:
            code, variable = columns[field.name].code, generator.names.fresh("f")
            function.body.line(f"{variable} = {field.default!r} if {code} is None else {code}")
            found[field.name] = Symbol(variable, field.type, nullable=False)
    return found
