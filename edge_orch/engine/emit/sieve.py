"""Jobs that only filter: JSON lines, filters one after the other, and an output of what is left.

No record is looked at for more than that, so each filter is one comprehension over all of a payload's records. That is
twice as fast as a loop whose body also counts, and the counts are the lengths of the lists.
"""

from __future__ import annotations

from edge_orch.engine.emit.account import emit_account, less
from edge_orch.engine.emit.parse_json import attributes, is_carrier, json_objects
from edge_orch.engine.fields import json_parser
from edge_orch.engine.generator import Generator
from edge_orch.engine.json_objects import tree_of
from edge_orch.engine.scope import Scope, Symbol
from edge_orch.engine.stream import Stream
from edge_orch.engine.writer import FunctionWriter
from edge_orch.plan.formats import JsonFormat
from edge_orch.plan.schema import FieldType
from edge_orch.plan.steps import Filter, Schematize


def filters_of(generator: Generator, step: Schematize) -> list[Filter]:
    """All that is done to the step's records, if that is to filter them; otherwise none."""
    decoded = isinstance(step.format, JsonFormat) and is_carrier(step)
    if not decoded or any(json_parser(field) is not None for field in step.fields):
        return []
    found: list[Filter] = []
    name = step.name
    while not generator.graph.outputs(name) and not generator.graph.lines(name):
        children = generator.graph.children(name)
        if len(children) != 1 or not isinstance(children[0], Filter):
            return []
        found.append(children[0])
        name = children[0].name
    if generator.graph.children(name) or generator.graph.lines(name):
        return []
    return found if not _may_overflow(generator, step, found) else []


def emit_sieve(generator: Generator, function: FunctionWriter, step: Schematize, filters: list[Filter]) -> None:
    """All records first, then a list of those that are left behind each filter."""
    number, body = generator.number(step), function.body
    record, left, entered = f"r{number}", function.initial(f"left{number}", "[]"), f"passed{number}"
    with json_objects(generator, function, step) as (tree, objects):
        body.line(f"{left}.extend({objects})")
    scope = _scope(attributes(generator, function, step, tree))
    for each in filters:
        passed = f"passed{generator.number(each)}"
        body.line(f"# filter {each.name!r}")
        condition = generator.expressions(function, scope).true(each.condition)
        body.line(f"{left} = [{record} for {record} in {left} if {condition}]")
        body.line(f"{passed} = len({left})")
        filtered = less(entered, passed)
        emit_account(generator, function, each, entered=entered, passed=passed, filtered=filtered)
        entered = passed
    stream = Stream(generator.graph.outputs(filters[-1].name), generator.record_lines)
    generator.streams.append(stream)
    body.line(f"{generator.names.bind('rows', stream.rows)}.extend({left})")


def _may_overflow(generator: Generator, step: Schematize, filters: list[Filter]) -> bool:
    """Whether a condition may make a record a dead letter."""
    draft = FunctionWriter("draft", "")
    expressions = generator.expressions(draft, _scope(attributes(generator, draft, step, tree_of(step.fields))))
    for each in filters:
        expressions.true(each.condition)
    return expressions.may_overflow


def _scope(columns: dict[str, Symbol]) -> Scope:
    arrival = Symbol("now.wall_us", FieldType.TIMESTAMP, nullable=False)
    return Scope(columns, arrival, (), "", "")
