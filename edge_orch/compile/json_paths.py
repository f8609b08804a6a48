"""Fields of one JSON object: what each reads at its path must fit what the others read there."""

from __future__ import annotations

import re
from collections.abc import Sequence

from edge_orch.errors import Problem
from edge_orch.plan.schema import FieldType
from edge_orch.plan.steps import ParsedField
from edge_orch.spec.leaves import Name

_NUMBERS = {"unix_ms", "unix_us", "unix_ns"}


def path_problems(names: Sequence[Name], fields: Sequence[ParsedField]) -> list[Problem]:
    """Fields that read a value inside what another reads as a plain value, or one value as two different things."""
    problems = []
    for place, (name, field) in enumerate(zip(names, fields, strict=True)):
        for other in fields[:place]:
            shorter = min(len(field.path), len(other.path))
            if field.path[:shorter] != other.path[:shorter] or _shape(field) == _shape(other):
                continue
            path = ".".join(field.path[:shorter]) or "$"
            what = f"`{name.value}` and `{other.name}` read `{path}` as different things"
            problems.append(Problem(what, name.where, next_step=_next_step(field, other)))
            break
    return problems


def _next_step(field: ParsedField, other: ParsedField) -> str:
    """Of a whole and a part of it, the part can be taken from the whole."""
    whole, part = sorted((field, other), key=lambda each: len(each.path))
    inner = ".".join(part.path[len(whole.path) :])
    if whole.json and re.fullmatch(r"\w+(\.\w+)*", inner):
        return f"leave out {part.name}, and take it in a map step: {whole.name} ->> '$.{inner}'"
    return "give each its own path, or the same type and rules"


def _shape(field: ParsedField) -> tuple[object, ...]:
    """What JSON must hold at the field's path."""
    kind: str = field.type.value
    if field.json:
        kind = "json"
    elif field.type is FieldType.TIMESTAMP:
        kind = field.format if field.format == "unix_s" else "number" if field.format in _NUMBERS else "string"
    return field.path, kind, field.required, field.min, field.max
