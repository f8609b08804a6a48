"""Between which numbers the value of a call lies, whatever its arguments are."""

from __future__ import annotations

from edge_orch.plan.expression import Call, Expression, Literal
from edge_orch.plan.schema import FieldType

Domain = tuple[float | None, float | None]

_PARTS: dict[str, Domain] = {
    "millisecond": (0, 59_999), "second": (0, 59), "minute": (0, 59), "hour": (0, 23), "day": (1, 31), "week": (1, 53),
    "month": (1, 12), "quarter": (1, 4), "year": (0, 9999), "isoyear": (0, 9999), "dow": (0, 6), "isodow": (1, 7),
    "doy": (1, 366),
}  # fmt: skip
_DOMAINS: dict[str, Domain] = {
    **dict.fromkeys(("length", "abs", "json_array_length", "strpos"), (0, None)),
    "sign": (-1, 1),
    "bit_count": (0, 64),
}


def domain(node: Expression) -> Domain | None:
    """The least and the greatest number that a call can give, NULL apart; None where nothing is known."""
    if not isinstance(node, Call):
        return None
    first, last = (node.args[0], node.args[-1]) if node.args else (None, None)
    if node.function == "extract" and isinstance(first, Literal):
        return _PARTS.get(str(first.value))
    if node.function == "mod" and node.type is FieldType.INT and isinstance(last, Literal):
        most = abs(int(last.value or 1)) - 1
        return -most, most
    return _DOMAINS.get(node.function)
