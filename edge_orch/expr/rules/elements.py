"""Calls that say something of each element of a list."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec
from sqlglot import exp

from edge_orch.plan.expression import Call, Expression, Literal
from edge_orch.plan.schema import Field, FieldType

if TYPE_CHECKING:
    from edge_orch.expr.checker import Checker

_TYPES = (FieldType.STRING, False), (FieldType.INT, True)
"""Type, and whether it is never NULL: of an element, which is told as a text, and of its place."""


def over_elements(checker: Checker, name: str, nodes: list[exp.Expression]) -> Expression:
    """The typed call: the list, what is said of each element, and the names by which that is said."""
    array, said = nodes
    text = frozenset({FieldType.STRING})
    value = checker.expect(array, checker.check(array), text, f"the list of {name}")
    if not isinstance(said, exp.Lambda):
        next_step = f"write {name}(x, e -> …), where e is an element as a text: CAST(e AS float), e ->> '$.key'"
        raise checker.problem(said, f"{name} needs what to say of each element", "e -> …", next_step=next_step)
    inner = said.this.find(exp.Lambda)
    if inner is not None:
        what = "a list within what is said of an element"
        raise checker.problem(inner, what, next_step="explode the outer list, and use this on each of its records")
    names = _names(checker, said)
    fields = {each: Field(each, type_, never_null) for each, (type_, never_null) in zip(names, _TYPES, strict=False)}
    scope = msgspec.structs.replace(checker.scope, fields={**checker.scope.fields, **fields})
    within = type(checker)(checker.sql, scope)
    body = within.condition(said.this) if name == "list_filter" else within.check(said.this)
    return Call(name, (value, body, *(Literal(each, FieldType.STRING) for each in names)), FieldType.STRING)


def _names(checker: Checker, said: exp.Lambda) -> list[str]:
    names = [each.name for each in said.expressions]
    if len(names) > len(_TYPES) or len(set(names)) < len(names):
        expected = "the element, and perhaps its place: (e, i) -> …"
        raise checker.problem(said.expressions[-1], "a name too many", expected, ", ".join(names))
    for each, identifier in zip(names, said.expressions, strict=True):
        if each in checker.scope.fields:
            raise checker.problem(identifier, f"`{each}` is a field of the record", "another name for the element")
    return names
