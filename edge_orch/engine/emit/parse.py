"""`parse`: more fields out of a text, or a dead letter."""

from __future__ import annotations

import msgspec

from edge_orch.engine.emit.account import emit_account, less
from edge_orch.engine.emit.defaults import filled
from edge_orch.engine.emit.guard import Flow
from edge_orch.engine.generator import Generator
from edge_orch.engine.scope import Scope, Symbol
from edge_orch.engine.text_reader import first_reader
from edge_orch.engine.writer import FunctionWriter
from edge_orch.plan.steps import Parse, united


def emit_parse(generator: Generator, function: FunctionWriter, step: Parse, scope: Scope, flow: Flow) -> None:
    """One call a record. The time that stamps without a year are completed by is the record's."""
    number, body = generator.number(step), function.body
    fields = united(tuple(reading.fields for reading in step.readings))
    readings = [(reading.format, reading.fields) for reading in step.readings]
    read = generator.names.bind("read", first_reader(readings, [field.name for field in fields]))
    misfit = function.counter(f"misfit{number}")
    made = {field.name: Symbol(generator.names.fresh("f"), field.type, not field.required) for field in fields}
    variables = ", ".join(symbol.code for symbol in made.values())
    reason, wrong = f"reason{number}", f"wrong{number}"
    time = f"({scope.time.code} or 0)" if scope.time.nullable else scope.time.code
    body.line(f"{variables}, {reason}, {wrong} = {read}({scope.columns[step.field].code}, {time})")
    passed = less(scope.passed, misfit)
    with body.block(f"if {reason}:"):
        body.line(f"{misfit} += 1")
        body.line(scope.kill.format(step=repr(step.name), reason=reason, field=f"{wrong} or {step.field!r}"))
    with body.block("else:"):
        added = filled(generator, function, fields, made)
        event_time = added.get(step.schema.time or "", scope.time)
        below = msgspec.structs.replace(
            scope, columns=scope.columns | added, passed=passed, carrier=None, time=event_time
        )
        flow(generator, function, step, below)
    emit_account(generator, function, step, entered=scope.passed, passed=passed, dead=misfit)
