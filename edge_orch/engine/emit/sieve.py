"""Jobs that filter, then map: lines of JSON or of a regular expression, and one output of what is left.

No record is looked at for more than that, so each filter is one comprehension over all of a payload's records, of which
the last also makes what is written. That is faster than a loop whose body counts, and the counts are lengths of lists.
An object of JSON that comes alone, as messages do, has a function of its own, without lists and sums: half the time.
"""

from __future__ import annotations

import msgspec

from edge_orch.engine.emit.account import emit_account, less
from edge_orch.engine.emit.defaults import stands_in_record
from edge_orch.engine.emit.parse_json import attributes, is_carrier, json_objects
from edge_orch.engine.emit.parse_text import matched_columns, matched_records
from edge_orch.engine.fields import json_parser
from edge_orch.engine.generator import ALONE, Generator
from edge_orch.engine.json_objects import object_type, tree_of
from edge_orch.engine.narrowing import narrowed
from edge_orch.engine.records import StepCount
from edge_orch.engine.scope import Scope, Symbol
from edge_orch.engine.stream import Stream
from edge_orch.engine.writer import FunctionWriter
from edge_orch.plan.expression import is_json
from edge_orch.plan.formats import JsonFormat, RegexFormat
from edge_orch.plan.schema import FieldType
from edge_orch.plan.steps import Assignment, Filter, Map, Schematize


class Sieve(msgspec.Struct, frozen=True):
    """All that is done to a schematize step's records: filters, then maps; `last` is the last of them."""

    filters: list[Filter]
    maps: list[Map]
    last: Filter | Map


class _Records(msgspec.Struct, frozen=True):
    """`target`: what takes a record in a comprehension; `item`: code of that record, `columns`: of its fields;
    `carrier`: whether the item can be encoded.
    """

    target: str
    item: str
    columns: dict[str, Symbol]
    carrier: bool


class _Codes(msgspec.Struct, frozen=True):
    """The condition of each filter, and what is written of a record."""

    conditions: list[str]
    written: str


def sieve_of(generator: Generator, step: Schematize) -> Sieve | None:
    """What is done to the step's records, if that is all, and no record dies of it."""
    if not _is_readable(step):
        return None
    chain: list[Filter | Map] = []
    port = step.name
    while not generator.graph.leaves(port):
        children = generator.graph.children(port)
        if len(children) != 1 or not isinstance(children[0], Filter | Map):
            return None
        chain.append(children[0])
        port = children[0].name
    filters = [each for each in chain if isinstance(each, Filter)]
    maps = [each for each in chain if isinstance(each, Map)]
    if chain != [*filters, *maps] or not chain or not generator.graph.only_records(port):
        return None
    sieve, draft = Sieve(filters, maps, chain[-1]), FunctionWriter("draft", "")
    return sieve if _codes(generator, draft, _records(generator, draft, step), sieve) else None


def emit_sieve(generator: Generator, function: FunctionWriter, step: Schematize, sieve: Sieve) -> None:
    """All records first, then a list of those that are left behind each filter."""
    number, body = generator.number(step), function.body
    left, entered = f"left{number}", f"passed{number}"
    if isinstance(step.format, RegexFormat):
        matched_records(generator, function, step, step.format, left)
    else:
        function.initial(left, "[]")
        with json_objects(generator, function, step) as (_, objects):
            body.line(f"{left}.extend({objects})")
    records = _records(generator, function, step)
    codes = _codes(generator, function, records, sieve)
    assert codes is not None  # noqa: S101 -- or it is no sieve
    for each, condition in zip(sieve.filters, codes.conditions, strict=True):
        kept = codes.written if each is sieve.filters[-1] else records.item
        passed = f"passed{generator.number(each)}"
        body.line(f"# filter {each.name!r}")
        body.line(f"{left} = [{kept} for {records.target} in {left} if {condition}]")
        body.line(f"{passed} = len({left})")
        filtered = less(entered, passed)
        emit_account(generator, function, each, entered=entered, passed=passed, filtered=filtered)
        entered = passed
    for mapped in sieve.maps:
        emit_account(generator, function, mapped, entered=entered, passed=entered)
    stream = Stream(generator.graph.outputs(sieve.last.name), generator.record_lines)
    generator.streams.append(stream)
    rest = left if sieve.filters else f"[{codes.written} for {records.target} in {left}]"
    rows = generator.names.bind("rows", stream.rows)
    body.line(f"{rows}.extend({rest})")
    if isinstance(step.format, JsonFormat) and len(generator.graph.roots) == 1:
        _emit_alone(generator, step, sieve, f"{rows}.append")


def _emit_alone(generator: Generator, step: Schematize, sieve: Sieve, append: str) -> None:
    """The same for one record; it raises one of `DECODE_ERRORS` before anything has happened if it is none.

    How far a record comes says all that is counted of it.
    """
    function = generator.function(ALONE, "record, partition, context")
    body, decoder = function.body, msgspec.json.Decoder(object_type(tree_of(step.fields)))
    records = _records(generator, function, step)
    codes = _codes(generator, function, records, sieve)
    assert codes is not None  # noqa: S101 -- or it is no sieve
    body.line(f"{records.item} = {generator.names.bind('decode', decoder.decode)}(record)")
    counts = {step.name: StepCount(1, 1)}
    for each, condition in zip(sieve.filters, codes.conditions, strict=True):
        body.line(f"# filter {each.name!r}")
        with body.block(f"if not {condition}:"):
            body.line(f"return {generator.names.bind('k', {**counts, each.name: StepCount(1, 0, 1)})}")
        counts[each.name] = StepCount(1, 1)
    body.line(f"{append}({codes.written})")
    counts |= {mapped.name: StepCount(1, 1) for mapped in sieve.maps}
    body.line(f"return {generator.names.bind('k', counts)}")


def _is_readable(step: Schematize) -> bool:
    if isinstance(step.format, JsonFormat):
        return is_carrier(step) and all(json_parser(field) is None for field in step.fields)
    return isinstance(step.format, RegexFormat) and all(map(stands_in_record, step.fields))


def _records(generator: Generator, function: FunctionWriter, step: Schematize) -> _Records:
    if isinstance(step.format, JsonFormat):
        record = f"r{generator.number(step)}"
        columns = attributes(generator, function, step, tree_of(step.fields))
        return _Records(record, record, columns, carrier=True)
    columns = matched_columns(generator, step)
    target = "".join(f"{symbol.code}, " for symbol in columns.values()).rstrip()
    return _Records(target, f"({target})", columns, carrier=False)


def _codes(generator: Generator, function: FunctionWriter, records: _Records, sieve: Sieve) -> _Codes | None:
    """None if an expression may overflow, or a value would be worked out more than once."""
    expressions = generator.expressions(function, _scope(records.columns))
    conditions = [expressions.true(each.condition) for each in sieve.filters]
    may_overflow, columns = expressions.may_overflow, records.columns
    for passed in sieve.filters:
        columns = narrowed(columns, passed.condition)
    for each in sieve.maps:
        expressions = generator.expressions(function, _scope(columns))
        columns = {**columns}
        for assignment in each.assignments:
            code = expressions.value(assignment.value)
            if not code.atom and (each is not sieve.last or (code.nullable and _is_asked_first(assignment))):
                return None
            columns[assignment.name] = Symbol(code.text, assignment.value.type, code.nullable, fixed=code.fixed)
        may_overflow |= expressions.may_overflow
    if may_overflow:
        return None
    if records.carrier and not sieve.maps:
        return _Codes(conditions, records.item)
    return _Codes(conditions, generator.encodable(sieve.last.schema, _scope(columns)))


def _is_asked_first(assignment: Assignment) -> bool:
    """Whether it is written in another form than it has, if it is not NULL."""
    return assignment.value.type is FieldType.TIMESTAMP or is_json(assignment.value)


def _scope(columns: dict[str, Symbol]) -> Scope:
    arrival = Symbol("now.wall_us", FieldType.TIMESTAMP, nullable=False)
    return Scope(columns, arrival, (), "", "")
