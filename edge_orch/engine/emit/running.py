"""`running`: more fields, aggregates of all records of the same key so far."""

from __future__ import annotations

from typing import NamedTuple

import msgspec

from edge_orch.engine.emit.added import emit_added, listed
from edge_orch.engine.emit.guard import Flow
from edge_orch.engine.emit.lanes import plan_lanes
from edge_orch.engine.emit.rows import may_be_null
from edge_orch.engine.generator import Generator
from edge_orch.engine.running import LONGEST_TEXT, Totals
from edge_orch.engine.scope import Scope, Symbol
from edge_orch.engine.timers import MemoryTimer
from edge_orch.engine.writer import FunctionWriter
from edge_orch.plan.schema import FieldType
from edge_orch.plan.steps import Aggregation, Running
from edge_orch.time import DAY


def emit_running(generator: Generator, function: FunctionWriter, step: Running, scope: Scope, flow: Flow) -> None:
    """One call a record, with what each lane takes of it."""
    number = generator.number(step)
    expressions = generator.expressions(function, scope)
    lanes, layout = plan_lanes(generator, expressions, step.compute, scope)
    totals = Totals(layout, generator.room(step), has_gaps=step.has_gaps)
    generator.stateful[step.name] = MemoryTimer(totals, DAY)
    over = generator.names.bind("over", totals.over)
    taken = "".join(f"{lane.taken}, " for lane in lanes)
    setup = [line for lane in lanes for line in lane.setup]
    for word, condition in (("begins", step.begin), ("ends", step.end)):
        setup.append(f"{word}{number} = {expressions.true(condition) if condition is not None else False}")

    def symbol(made: Aggregation) -> Symbol:
        nullable = may_be_null(made, scope) or (step.has_gaps and made.function != "count")
        return Symbol(generator.names.fresh("f"), made.type, nullable)

    added = {made.name: symbol(made) for made in step.compute}
    call = f"{over}(({listed(scope, step.keys)}), ({taken}), begins{number}, ends{number}"
    if step.carried:
        carried = _carried(generator, function, step, scope, totals)
        setup += carried.setup
        added |= carried.made
        call += f", ({carried.values})"
    may_overflow = expressions.may_overflow or (bool(step.carried) and carried.may_overflow)
    emit_added(
        generator, function, step, scope, flow, added=added, call=f"{call})", setup=setup, may_overflow=may_overflow
    )


class _Carried(NamedTuple):
    """The fields that a record gives, the code that makes them, and that of the inside of a tuple of their values."""

    made: dict[str, Symbol]
    setup: list[str]
    values: str
    may_overflow: bool


def _carried(generator: Generator, function: FunctionWriter, step: Running, scope: Scope, totals: Totals) -> _Carried:
    """All are made of what they were before; NULL, or a text that is too long, leaves one what it was."""
    number = generator.number(step)
    first = generator.expressions(function, scope)
    inits = [first.value(each.init) for each in step.carried]
    was = [
        Symbol(generator.names.fresh("f"), each.init.type, init.nullable)
        for each, init in zip(step.carried, inits, strict=True)
    ]
    known = dict(zip([each.name for each in step.carried], was, strict=True))
    nexts = generator.expressions(function, msgspec.structs.replace(scope, columns=scope.columns | known))
    before = generator.names.bind("before", totals.before)
    setup = [
        f"was{number} = {before}(({listed(scope, step.keys)}), begins{number})",
        f"if was{number} is None: "
        + "; ".join(f"{symbol.code} = {init.text}" for symbol, init in zip(was, inits, strict=True)),
        f"else: {''.join(f'{symbol.code}, ' for symbol in was).rstrip()} = was{number}",
    ]
    within = f" if begins{number} or was{number} is not None else None" if step.has_gaps else ""
    made: dict[str, Symbol] = {}
    for each, symbol in zip(step.carried, was, strict=True):
        code, variable = nexts.value(each.next), generator.names.fresh("f")
        nullable = symbol.nullable or step.has_gaps
        setup.append(f"{variable} = ({code.text}){within}")
        kept = [f"{variable} is None"] if code.nullable else []
        if each.init.type is FieldType.STRING:
            kept.append(f"len({variable}) > {LONGEST_TEXT}")
        if kept and not step.has_gaps:
            setup.append(f"if {' or '.join(kept)}: {variable} = {symbol.code}")
        elif kept:
            setup.append(
                f"if (begins{number} or was{number} is not None) and ({' or '.join(kept)}): {variable} = {symbol.code}"
            )
        made[each.name] = Symbol(variable, each.init.type, nullable)
    values = "".join(f"{symbol.code}, " for symbol in made.values())
    return _Carried(made, setup, values, first.may_overflow or nexts.may_overflow)
