"""A plan's step in words: every option with its default written out, expressions as SQL, times as durations."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import msgspec

from edge_orch.expr.sql_text import sql_text
from edge_orch.plan.expression import Call, Column, Context, Literal, Param
from edge_orch.plan.schema import FieldType, Schema
from edge_orch.plan.steps import Aggregation, Assignment, Branch, Carried, ParsedField, Reading, Step, SummaryPart
from edge_orch.time import format_duration

_NODES = (Literal, Column, Param, Context, Call)
_SHOWN_ELSEWHERE = {"name", "input", "inputs", "schema"}
_LISTED = (Assignment, Branch, Aggregation, Carried, ParsedField)
MOST_ROWS = 3
"""Items of a long list, such as the table of a lookup, that are shown."""


def settings(step: Step) -> list[str]:
    """The options of a step, a line each; those of an option below it, indented."""
    return settings_of(step)


def settings_of(part: msgspec.Struct) -> list[str]:
    """The same for any part of a plan."""
    return [line for name in part.__struct_fields__ if name not in _SHOWN_ELSEWHERE for line in _option(part, name)]


def params_of(value: Any) -> set[str]:
    """The parameters that a step, or any part of one, names."""
    return {part.name for part in _parts(value) if isinstance(part, Param)}


def reads(steps: tuple[Step, ...], path: str) -> bool:
    """Whether a step names this fact about where records came from, such as `source.topic`."""
    return any(isinstance(part, Context) and part.path == path for part in _parts(steps))


def _parts(value: Any) -> Iterator[Any]:
    yield value
    if isinstance(value, msgspec.Struct):
        for name in value.__struct_fields__:
            yield from _parts(getattr(value, name))
    elif isinstance(value, list | tuple):
        for item in value:
            yield from _parts(item)


def _option(owner: msgspec.Struct, name: str) -> Iterator[str]:
    value = getattr(owner, name)
    label = name.removesuffix("_us")
    if value is None or value == () or value is msgspec.UNSET:
        return
    if isinstance(value, tuple) and value and isinstance(value[0], _LISTED):
        yield f"{label}:"
        yield from (f"  {_entry(item)}" for item in value)
    elif isinstance(value, tuple) and value and isinstance(value[0], Reading):
        for reading in value:
            yield "or:"
            yield from (f"  {line}" for line in settings_of(reading))
    elif isinstance(value, msgspec.Struct) and not isinstance(value, _NODES):
        inner = [line for part in value.__struct_fields__ for line in _option(value, part)]
        tag = value.__struct_config__.tag
        yield f"{label}: {', '.join([str(tag)] * bool(tag) + inner)}"
    else:
        yield f"{label}: {_shown(value, is_duration=name.endswith('_us'))}"


def _entry(item: Assignment | Branch | Aggregation | Carried | ParsedField) -> str:
    if isinstance(item, Assignment):
        return f"{item.name}: {sql_text(item.value)}"
    if isinstance(item, Branch):
        return f"{item.name}: {sql_text(item.condition)}"
    if isinstance(item, Aggregation):
        return f"{item.name}: {_aggregation(item)}"
    if isinstance(item, Carried):
        return f"{item.name}: {sql_text(item.next)}, at first {sql_text(item.init)}"
    defaults = ParsedField("", item.type, ())
    rules = [
        line
        for name in item.__struct_fields__
        if name not in {"name", "type", "path"} and getattr(item, name) != getattr(defaults, name)
        for line in _option(item, name)
    ]
    path = [] if item.path == (item.name,) else [f"path: {'.'.join(item.path) or '$'}"]
    zone = [f"format: {item.format}", f"zone: {item.zone}"] if item.type is FieldType.TIMESTAMP and not rules else []
    return f"{item.name}: {', '.join([item.type.value, *path, *rules, *zone])}"


def _aggregation(item: Aggregation) -> str:
    inner = [sql_text(item.value)] if item.value is not None else ["*"]
    if item.order is not None:
        place = 0 if item.function == "json_group_object" else len(inner)  # the name stands before its value
        inner.insert(place, sql_text(item.order))
    inner += [repr(list(item.argument) if isinstance(item.argument, tuple) else item.argument)] * (
        item.argument is not None
    )
    function = item.function.removesuffix("_distinct")
    call = f"{function}({'DISTINCT ' if function != item.function else ''}{', '.join(inner)})"
    return call + (f" FILTER (WHERE {sql_text(item.where)})" if item.where is not None else "")


def _shown(value: Any, *, is_duration: bool = False) -> str:
    if isinstance(value, _NODES):
        return sql_text(value)
    if is_duration and isinstance(value, int):
        return format_duration(value)
    if isinstance(value, tuple):
        if value and isinstance(value[0], SummaryPart):
            return "".join(part.text or f"{{{part.value}}}" for part in value)
        more = f" … {len(value)} in all" if len(value) > MOST_ROWS and isinstance(value[0], tuple) else ""
        items = value[:MOST_ROWS] if more else value
        return "[" + ", ".join(map(_shown, items)) + "]" + more
    if isinstance(value, msgspec.Struct):
        inner = [line for part in value.__struct_fields__ for line in _option(value, part)]
        return "{" + ", ".join([str(value.__struct_config__.tag)] * bool(value.__struct_config__.tag) + inner) + "}"
    return str(value).lower() if isinstance(value, bool) else str(value)


def fields_text(schema: Schema) -> str:
    """The fields of a schema: `?` may be NULL, the event time marked."""
    return ", ".join(
        f"{field.name} {field.type}{'' if field.required else '?'}{' (event time)' * (field.name == schema.time)}"
        for field in schema.fields
    )
