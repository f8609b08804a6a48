"""`schematize`: the loop over a batch's records, the event time of each, and what follows."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager

import msgspec

from edge_orch.engine.clock import Clock, believed
from edge_orch.engine.emit.account import emit_account
from edge_orch.engine.emit.defaults import filled
from edge_orch.engine.emit.flow import emit_flow
from edge_orch.engine.emit.parse_document import document_loop
from edge_orch.engine.emit.parse_json import Columns, is_real, json_loop
from edge_orch.engine.emit.parse_text import text_loop
from edge_orch.engine.emit.sieve import emit_sieve, sieve_of
from edge_orch.engine.emit.timed import pace
from edge_orch.engine.generator import Generator
from edge_orch.engine.scope import Scope, Symbol, Ticking
from edge_orch.engine.writer import FunctionWriter
from edge_orch.plan.formats import DocumentFormat, JsonFormat
from edge_orch.plan.schema import FieldType
from edge_orch.plan.steps import Aggregate, Schematize
from edge_orch.time import format_duration

ARRIVAL = Symbol("now.wall_us", FieldType.TIMESTAMP, False)


def emit_schematize(generator: Generator, function: FunctionWriter, step: Schematize) -> None:
    """One pass over the batch: parse, move the clocks, flow on; then the account."""
    number = generator.number(step)
    passed = f"passed{number}"
    dead = function.counter(f"dead{number}")
    blank = function.counter(f"blank{number}")
    function.epilogue.line(f"{passed} = lines.count - {blank} - {dead}")
    emit_account(generator, function, step, entered=f"{passed} + {dead}", passed=passed, dead=dead)
    clocks = _clocks(generator, function, step)
    wanted = generator.graph.used(step.name) | {step.schema.time or ""}
    function.body.line(f"# schematize {step.name!r}")
    if (sieve := sieve_of(generator, step)) is not None:
        emit_sieve(generator, function, step, sieve)
        return
    with _loop(step)(generator, function, step, wanted) as (parsed, carrier):
        columns = filled(generator, function, step.fields, parsed, ARRIVAL.code)
        time = columns[step.schema.time] if step.schema.time else ARRIVAL
        if step.schema.time is None:
            time = msgspec.structs.replace(ARRIVAL, code=function.once("arrival", ARRIVAL.code))
        scope = Scope(
            columns=columns,
            time=time,
            clocks=clocks,
            kill=f"casualties.record({{step}}, {{reason}}, {{field}}, feed{number})",
            passed=passed,
            carrier=carrier,
        )
        for each in clocks:
            _emit_clock(generator, function, step, time, each)
        emit_flow(generator, function, step, scope)
    for each in clocks:
        function.epilogue.line(f"{each.clock}.end(partition, {each.newest}, {passed}, now)")


def _loop(step: Schematize) -> Callable[..., AbstractContextManager[Columns]]:
    if isinstance(step.format, JsonFormat):
        return json_loop
    return document_loop if isinstance(step.format, DocumentFormat) else text_loop


def _clocks(generator: Generator, function: FunctionWriter, step: Schematize) -> tuple[Ticking, ...]:
    found: list[Ticking] = []
    date = ""
    real = isinstance(step.format, JsonFormat) and any(is_real(step, field) for field in step.fields)
    if step.max_ahead_us is not None:
        generator.names.objects["believed"] = believed
        date = f", ahead{generator.number(step)}"
    for each in sorted({pace(timed) for timed in generator.graph.timed(step.name)}):
        clock = Clock(each.idle_us, from_start=each.from_start)
        generator.clocks[step.name, str(each)] = clock
        if date and not found:
            function.initial(f"ahead{generator.number(step)}", f"believed(now, {step.max_ahead_us})")
        name = generator.names.bind("clock", clock)
        limit, top = name.replace("clock", "limit"), name.replace("clock", "top")
        begun = f"{name}.begin(partition, now{date})"
        function.initial(f"{top}, {limit}", f"real_bounds(*{begun})" if real else begun)
        found.append(Ticking(each, name, limit, top, real))
    return tuple(found)


def _emit_clock(
    generator: Generator,
    function: FunctionWriter,
    step: Schematize,
    time: Symbol,
    ticking: Ticking,
) -> None:
    """Move the clock; when something is due, let it happen, and look the windows up again.

    A record that is dated too far ahead dies before it moves any clock. It is beyond the limit of each, so that looking
    for it costs the others nothing.
    """
    body = function.body
    moment = time.real if ticking.real else time.code
    known = f"{time.code} is not None and " if time.nullable else ""
    with body.block(f"if {known}{moment} > {ticking.top}:"):
        with body.block(f"if {moment} >= {ticking.limit}:"):
            if step.max_ahead_us is not None:
                _emit_too_far(generator, function, step, time)
            body.line(f"{ticking.limit} = {ticking.limit_of(f'{ticking.clock}.tick({time.code})')}")
            for timed in generator.graph.timed(step.name):
                if isinstance(timed, Aggregate) and pace(timed) == ticking.pace:
                    body.line(f"to{generator.number(timed)} = BEFORE")
        body.line(f"{ticking.top} = {moment}")


def _emit_too_far(generator: Generator, function: FunctionWriter, step: Schematize, time: Symbol) -> None:
    number, body = generator.number(step), function.body
    ahead = format_duration(step.max_ahead_us or 0)
    with body.block(f"if {time.code} > ahead{number}:"):
        reason = f"is dated more than {ahead} after its arrival (max_ahead)"
        body.line(f"casualties.record({step.name!r}, {reason!r}, {step.schema.time!r}, feed{number})")
        body.line(f"dead{number} += 1")
        body.line("continue")
