"""`lookup`: more fields, from the row of a table that has the record's keys."""

from __future__ import annotations

import msgspec

from edge_orch.engine.emit.account import emit_account
from edge_orch.engine.emit.guard import Flow
from edge_orch.engine.generator import Generator
from edge_orch.engine.scope import Scope, Symbol
from edge_orch.engine.writer import FunctionWriter
from edge_orch.plan.steps import Lookup


def emit_lookup(generator: Generator, function: FunctionWriter, step: Lookup, scope: Scope, flow: Flow) -> None:
    """One look into a dictionary. No key of the table is NULL, so a NULL in the record's finds nothing."""
    width = len(step.keys)
    table = {row[:width]: row[width:] for row in step.rows}
    find = generator.names.bind("find", table.get)
    missing = generator.names.bind("k", (None,) * len(step.fields))
    key = "".join(f"{scope.columns[name].code}, " for name in step.keys)
    added = {}
    for name in step.fields:
        field = step.schema.get(name)
        assert field is not None  # noqa: S101 - for the type checker
        added[name] = Symbol(generator.names.fresh("f"), field.type, nullable=True)
    variables = "".join(f"{symbol.code}, " for symbol in added.values())
    function.body.line(f"{variables.rstrip()} = {find}(({key}), {missing})")
    below = msgspec.structs.replace(scope, columns=scope.columns | added, carrier=None)
    flow(generator, function, step, below)
    emit_account(generator, function, step, entered=scope.passed, passed=scope.passed)
