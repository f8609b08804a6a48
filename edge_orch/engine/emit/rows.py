"""The rows of an aggregate step: records of their own, in a generated function of their own.

It takes what `Windows.emit` is given: a window's keys and cells. What its rows have in common is worked out once.
"""

from __future__ import annotations

import msgspec

from edge_orch.engine.emit.computed import emit_computed
from edge_orch.engine.emit.guard import Flow
from edge_orch.engine.generator import Generator
from edge_orch.engine.scope import Scope, Symbol
from edge_orch.engine.windows.cell import Layout
from edge_orch.plan.expression import Column
from edge_orch.plan.schema import FieldType
from edge_orch.plan.steps import Aggregate, Aggregation, Sort

_NEVER_NULL = {"count"}
_NULL_ONLY_IF_EMPTY = {"min", "max", "first", "last", "bool_and", "bool_or"}


def rows_function(generator: Generator, step: Aggregate | Sort) -> str:
    """The name of the function that takes the step's rows."""
    return f"rows_of_{generator.number(step)}"


def rows_kill(generator: Generator, step: Aggregate | Sort, row: Scope) -> str:
    """The template of the code by which one of the step's rows becomes a dead letter."""
    raw = generator.encodable(step.schema, row)
    return f"casualties.row({{step}}, {{reason}}, {{field}}, {raw}, {_braced(step.name)})"


def emit_rows(generator: Generator, step: Aggregate, layout: Layout, scope: Scope, flow: Flow) -> None:
    """Write the function: a loop over keys and cells, and in it what happens to the row of each."""
    function = generator.function(rows_function(generator, step), "cells, start, end, revision")
    columns: dict[str, Symbol] = {}
    for name in step.by:
        columns[name] = _symbol(generator, scope.columns[name].type, nullable=scope.columns[name].nullable)
    key = ", ".join(columns[name].code for name in step.by)
    may_be_empty = isinstance(step.empty_us, int)
    for aggregation in step.compute:
        nullable = may_be_null(aggregation, scope) or (may_be_empty and aggregation.function not in _NEVER_NULL)
        columns[aggregation.name] = _symbol(generator, aggregation.type, nullable=nullable)
    for name, code in (("window_start", "start"), ("window_end", "end")):
        text = function.initial(f"{code}_text", f"stamp({code})")
        columns[name] = Symbol(code, FieldType.TIMESTAMP, nullable=False, text=text)
    columns["revision"] = Symbol("revision", FieldType.INT, nullable=False)
    row = Scope(
        columns={name: columns[name] for name in step.schema.names},
        time=columns[step.schema.time or "window_end"],
        clocks=(),
        kill="",
        passed="len(cells)",
        in_main=False,
        sourced=False,
    )
    row = msgspec.structs.replace(row, kill=rows_kill(generator, step, row))
    function.body.line(f"# rows of aggregate {step.name!r}")
    with function.body.block(f"for {key if len(step.by) == 1 else f'({key})'}, cell in cells:"):
        if step.compute:
            emit_computed(generator, function, step, layout, [columns[each.name].code for each in step.compute])
        flow(generator, function, step, row)


def _symbol(generator: Generator, type_: FieldType, *, nullable: bool) -> Symbol:
    return Symbol(generator.names.fresh("f"), type_, nullable)


def may_be_null(aggregation: Aggregation, scope: Scope) -> bool:
    """Whether the aggregate of at least one record of this scope may be NULL."""
    if aggregation.function in _NEVER_NULL:
        return False
    # Sums and what is made of them may also leave the range of their type.
    if aggregation.function not in _NULL_ONLY_IF_EMPTY or aggregation.where is not None:
        return True
    if aggregation.argument is not None:  # what keeps several gives up when there is no room for them
        return True
    value = aggregation.value
    return not (isinstance(value, Column) and not scope.columns[value.name].nullable)


def _braced(name: str) -> str:
    """A literal inside a format template."""
    return repr(name).replace("{", "{{").replace("}", "}}")
