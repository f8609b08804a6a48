"""Expressions that make JSON → Python expressions of what msgspec is to write."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from edge_orch.engine.calls import json
from edge_orch.engine.code import Code
from edge_orch.engine.writer import Names
from edge_orch.errors import Invalid, Problem
from edge_orch.plan.expression import Expression, is_json
from edge_orch.plan.schema import FieldType

Value = Callable[[Expression], Code]
"""How the code of a value is written."""


def object_of(args: Sequence[Expression], value: Value, names: Names) -> str:
    """Keys and values by turns; a member whose key is NULL is left out."""
    if len(args) % 2 or not all(key.type is FieldType.STRING for key in args[::2]):
        raise Invalid(Problem("the plan has an object whose keys are no texts"))
    keys = [value(key) for key in args[::2]]
    pairs = zip(keys, [member_of(each, value, names) for each in args[1::2]], strict=True)
    if any(key.nullable for key in keys):
        members = "".join(f"({key.text}, {member}), " for key, member in pairs)
        return f"{names.bind('k', json.with_keys)}(({members}))"
    return f"{{{', '.join(f'{key.text}: {member}' for key, member in pairs)}}}"


def array_of(args: Sequence[Expression], value: Value, names: Names) -> str:
    """Its elements."""
    return f"[{', '.join(member_of(each, value, names) for each in args)}]"


def member_of(arg: Expression, value: Value, names: Names) -> str:
    """The value as it stands within JSON."""
    code = value(arg)
    form = "Raw" if is_json(arg) else "stamp" if arg.type is FieldType.TIMESTAMP else ""
    if not form or not code.nullable:
        return f"{form}({code.text})" if form else code.text
    name = names.fresh("t")
    return f"(None if ({name} := {code.text}) is None else {form}({name}))"
