"""Calls that say something of each element of a list, or of each member of an object."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec
from sqlglot import exp

from edge_orch.plan.expression import Call, Expression, Literal
from edge_orch.plan.schema import Field, FieldType

if TYPE_CHECKING:
    from edge_orch.expr.checker import Checker

_TEXT = frozenset({FieldType.STRING})


class _Part(msgspec.Struct, frozen=True):
    """What one is called, and by which names it is known: type of each, and whether it is never NULL."""

    whole: str
    one: str
    example: str
    hint: str
    types: tuple[tuple[FieldType, bool], ...]
    least: int
    names: str


_ELEMENT = _Part(
    "the list",
    "element",
    "e -> …",
    "where e is an element as a text: CAST(e AS float), e ->> '$.key'",
    ((FieldType.STRING, False), (FieldType.INT, True)),
    1,
    "the element, and perhaps its place: (e, i) -> …",
)
_MEMBER = _Part(
    "the object",
    "member",
    "(k, v) -> …",
    "where k is the key of a member, and v its value as a text: CAST(v AS float), v ->> '$.key'",
    ((FieldType.STRING, True), (FieldType.STRING, False)),
    2,
    "the key of a member, and its value: (k, v) -> …",
)


def over_elements(checker: Checker, name: str, nodes: list[exp.Expression]) -> Expression:
    """The typed call: the list or object, what is said of each part, and the names by which that is said."""
    whole, said = nodes
    part = _MEMBER if name.startswith("json_") else _ELEMENT
    value = checker.expect(whole, checker.check(whole), _TEXT, f"{part.whole} of {name}")
    if not isinstance(said, exp.Lambda):
        next_step = f"write {name}(x, {part.example}), {part.hint}"
        raise checker.problem(said, f"{name} needs what to say of each {part.one}", part.example, next_step=next_step)
    inner = said.this.find(exp.Lambda)
    if inner is not None:
        what = f"a list or object within what is said of {'an' if part is _ELEMENT else 'a'} {part.one}"
        next_step = "explode the outer one, and use this on each of its records; or do one after the other in two steps"
        raise checker.problem(inner, what, next_step=next_step)
    names = _names(checker, said, part)
    fields = {each: Field(each, type_, never) for each, (type_, never) in zip(names, part.types, strict=False)}
    scope = msgspec.structs.replace(checker.scope, fields={**checker.scope.fields, **fields})
    within = type(checker)(checker.sql, scope)
    body = within.condition(said.this) if name.endswith("_filter") else within.check(said.this)
    if name == "json_rename":
        body = within.expect(said.this, body, _TEXT, "a key")
    return Call(name, (value, body, *(Literal(each, FieldType.STRING) for each in names)), FieldType.STRING)


def _names(checker: Checker, said: exp.Lambda, part: _Part) -> list[str]:
    names = [each.name for each in said.expressions]
    if len(names) > len(part.types) or len(set(names)) < len(names):
        raise checker.problem(said.expressions[-1], "a name too many", part.names, ", ".join(names))
    if len(names) < part.least:
        raise checker.problem(said.expressions[-1], "a name too few", part.names, ", ".join(names))
    for each, identifier in zip(names, said.expressions, strict=True):
        if each in checker.scope.fields:
            what = f"`{each}` is a field of the record"
            raise checker.problem(identifier, what, f"another name for the {part.one}")
    return names
