"""A scope with a field of each type, and how tests read expressions in it."""

from __future__ import annotations

from edge_orch.errors import Location
from edge_orch.expr.expression import parse_expression
from edge_orch.expr.scope import Scope
from edge_orch.plan.expression import Expression
from edge_orch.plan.schema import Field, FieldType
from edge_orch.spec.leaves import Sql
from edge_orch.spec.nodes import Scalar

HERE = Location("job.yaml", 1, 1)
FIELDS = [
    Field("b", FieldType.BOOL, True),
    Field("i", FieldType.INT, True),
    Field("f", FieldType.FLOAT, True),
    Field("s", FieldType.STRING, True),
    Field("t", FieldType.TIMESTAMP, True),
    *(Field(f"maybe_{type_[0]}", type_) for type_ in FieldType),
]
PARAMS = {"limit": FieldType.FLOAT, "count": FieldType.INT, "site": FieldType.STRING}
SCOPE = Scope({field.name: field for field in FIELDS}, PARAMS)


def sql(text: str) -> Sql:
    return Sql.read(Scalar(text, HERE, plain=False, inner=HERE))


def typed(text: str, scope: Scope = SCOPE) -> Expression:
    return parse_expression(sql(text), scope)


def shape(node: Expression) -> str:
    """An expression in one line: `add(i, 1)`."""
    match type(node).__name__:
        case "Literal":
            return repr(getattr(node, "value", None))
        case "Call":
            return f"{getattr(node, 'function', '')}({', '.join(map(shape, getattr(node, 'args', ())))})"
        case "Param":
            return f":{getattr(node, 'name', '')}"
        case "Context":
            return str(getattr(node, "path", ""))
        case _:
            return str(getattr(node, "name", ""))
