"""What is to be known of an expression tree before code is written for it."""

from __future__ import annotations

from edge_orch.plan.expression import Call, Context, Expression, Literal, Param
from edge_orch.plan.schema import FieldType


def flat(node: Call) -> list[Expression]:
    """The operands of nested calls of one associative function."""
    found: list[Expression] = []
    pending: list[Expression] = [node]
    while pending:
        part = pending.pop()
        if isinstance(part, Call) and part.function == node.function:
            pending.extend(reversed(part.args))
        else:
            found.append(part)
    return found


def between(node: Call) -> Call:
    """`x BETWEEN low AND high` as two comparisons."""
    value, low, high = node.args
    bounds = (Call("ge", (value, low), FieldType.BOOL), Call("le", (value, high), FieldType.BOOL))
    return Call("and", bounds, FieldType.BOOL)


def is_constant(node: Expression) -> bool:
    """Whether the expression is the same for all records of a call."""
    if isinstance(node, Call):
        return all(is_constant(arg) for arg in node.args)
    return isinstance(node, Literal | Param) or (isinstance(node, Context) and node.path.startswith("device."))
