"""Unions: each branch puts its records on a list of its own, and behind the last branch a loop takes them all.

The lists are empty again for the next record of the port that holds all branches, so that what one record becomes comes
together before the next is looked at: branch after branch, in the order in which the job names them.

Where the branches are of several stages (rows of windows, records) there is no such port. Then what is done with the
records is a function of its own, which each branch calls at once.
"""

from __future__ import annotations

import msgspec

from edge_orch.engine.emit.guard import Flow
from edge_orch.engine.generator import Generator
from edge_orch.engine.scope import Arrival, Scope, Symbol
from edge_orch.engine.writer import FunctionWriter
from edge_orch.plan.schema import Field, FieldType
from edge_orch.plan.steps import Union


def emit_lists(generator: Generator, function: FunctionWriter, port: str) -> None:
    """Empty lists for the unions whose code stands at the end of this port's flow."""
    for union in generator.graph.joins.at(port):
        for place in range(len(union.inputs)):
            function.body.line(f"{_list(generator, union, place)} = []")


def emit_arrival(
    generator: Generator, function: FunctionWriter, union: Union, scope: Scope, flow: Flow, *, port: str
) -> None:
    """Here come the records of the port. What they are handed on as is written when all inputs are known."""
    arrivals = generator.arrivals.setdefault(union.name, {})
    arrivals[port] = Arrival(scope, function.body.later())
    if generator.graph.joins.crosses(union) and len(arrivals) == len(union.inputs):
        _emit_function(generator, union, flow)


def emit_joins(generator: Generator, function: FunctionWriter, port: str, scope: Scope, flow: Flow) -> None:
    """The loops over what the branches of this port's records have put on lists."""
    for union in generator.graph.joins.at(port):
        _emit_loop(generator, function, union, scope, flow)


def _emit_loop(generator: Generator, function: FunctionWriter, union: Union, scope: Scope, flow: Flow) -> None:
    arrivals = [generator.arrivals[union.name][port] for port in union.inputs]
    columns: dict[str, Symbol] = {}
    given: list[tuple[Field, Symbol]] = []
    for field in union.schema.fields:
        symbol = scope.columns.get(field.name)
        if symbol is None or symbol.type is not field.type or not _in_all(arrivals, field.name, symbol):
            symbol = _variable(generator, field, arrivals)
            given.append((field, symbol))
        columns[field.name] = symbol
    time, time_given = _time(generator, union, scope, columns, arrivals)
    for place, arrival in enumerate(arrivals):
        items = [_value(arrival.scope, field) for field, _ in given]
        items += [arrival.scope.time.code] if time_given else []
        arrival.write(f"{_list(generator, union, place)}.append(({''.join(f'{item}, ' for item in items)}))")
    variables = [symbol.code for _, symbol in given] + ([time.code] if time_given else [])
    target = f"({''.join(f'{variable}, ' for variable in variables)})" if variables else "_"
    taken = " + ".join(_list(generator, union, place) for place in range(len(arrivals)))
    passed = " + ".join(arrival.scope.passed for arrival in arrivals)
    function.body.line(f"# union {union.name!r}")
    with function.body.block(f"for {target} in {taken}:"):
        below = msgspec.structs.replace(scope, columns=columns, time=time, passed=passed, carrier=None)
        flow(generator, function, union, below)


def _emit_function(generator: Generator, union: Union, flow: Flow) -> None:
    """A function of one record, and in each branch its call."""
    arrivals = [generator.arrivals[union.name][port] for port in union.inputs]
    symbols = {field.name: _variable(generator, field, arrivals) for field in union.schema.fields}
    time = Symbol(
        generator.names.fresh("f"), FieldType.TIMESTAMP, any(arrival.scope.time.nullable for arrival in arrivals)
    )
    name = f"union_{generator.number(union)}"
    sourced = any(arrival.scope.sourced for arrival in arrivals)
    source = ["partition", "context"] if sourced else []
    arguments = ", ".join([*(symbol.code for symbol in symbols.values()), time.code, *source, "kill"])
    for arrival in arrivals:
        items = [_value(arrival.scope, field) for field in union.schema.fields]
        items.append(arrival.scope.time.code)
        if sourced:
            items += source if arrival.scope.sourced else ["None", "NO_CONTEXT"]
        kill = arrival.scope.kill.format(step="step", reason="reason", field="field")
        arrival.write(f"{name}({', '.join(items)}, lambda step, reason, field: {kill})")
    function = generator.function(name, arguments)
    function.body.line(f"# union {union.name!r}")
    flow(
        generator,
        function,
        union,
        Scope(
            columns=symbols,
            time=time,
            clocks=(),
            kill="kill({step}, {reason}, {field})",
            passed="1",
            in_main=False,
            sourced=sourced,
        ),
    )


def _list(generator: Generator, union: Union, place: int) -> str:
    return f"joined{generator.number(union)}_{place}"


def _time(
    generator: Generator, union: Union, scope: Scope, columns: dict[str, Symbol], arrivals: list[Arrival]
) -> tuple[Symbol, bool]:
    """The event time, and whether each branch hands it on beside its fields."""
    if all(arrival.scope.time == scope.time for arrival in arrivals):
        return scope.time, False
    named = union.schema.time
    if named and all(arrival.scope.columns[named].code == arrival.scope.time.code for arrival in arrivals):
        return columns[named], False
    nullable = any(arrival.scope.time.nullable for arrival in arrivals)
    return Symbol(generator.names.fresh("f"), FieldType.TIMESTAMP, nullable), True


def _in_all(arrivals: list[Arrival], name: str, symbol: Symbol) -> bool:
    return all(arrival.scope.columns.get(name) == symbol for arrival in arrivals)


def _variable(generator: Generator, field: Field, arrivals: list[Arrival]) -> Symbol:
    found = [arrival.scope.columns.get(field.name) for arrival in arrivals]
    nullable = any(symbol is None or symbol.nullable for symbol in found)
    return Symbol(generator.names.fresh("f"), field.type, nullable)


def _value(scope: Scope, field: Field) -> str:
    """Code of the field's value where a branch hands it on."""
    symbol = scope.columns.get(field.name)
    if symbol is None:
        return "None"
    if symbol.type is field.type or symbol.code == "None":
        return symbol.code
    return f"None if {symbol.code} is None else float({symbol.code})" if symbol.nullable else f"float({symbol.code})"
