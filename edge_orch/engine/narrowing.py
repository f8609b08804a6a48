"""What a condition that holds says of the fields: `status = 'ok'` makes the field a constant behind it.

Constants side by side are written as one piece of JSON, made beforehand (`Generator.encodable`).
"""

from __future__ import annotations

from edge_orch.engine.code import literal
from edge_orch.engine.scope import Symbol
from edge_orch.engine.trees import flat
from edge_orch.plan.expression import Call, Column, Expression, Literal
from edge_orch.plan.schema import FieldType

_EXACT = {FieldType.STRING, FieldType.INT}
"""Types whose equal values look the same. Minus zero equals zero, and does not."""


def narrowed(columns: dict[str, Symbol], condition: Expression) -> dict[str, Symbol]:
    """The columns of the records for which the condition is TRUE."""
    columns = {**columns}
    for part in flat(condition) if isinstance(condition, Call) and condition.function == "and" else [condition]:
        match part:
            case Call(function="eq", args=(Column(name=name, type=type_), Literal(value=value, type=same))):
                if type_ is same and type_ in _EXACT and value is not None:
                    columns[name] = Symbol(literal(value).text, type_, nullable=False, fixed=True)
    return columns
