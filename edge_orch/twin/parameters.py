"""Values of parameters: whether a value is of the parameter's type, and the safety limits that clamp it."""

from __future__ import annotations

import math

from edge_orch.plan.plan import ParamSpec
from edge_orch.plan.schema import FieldType
from edge_orch.twin.facts import Value

_INT_MIN, _INT_MAX = -(2**63), 2**63 - 1


def typed(spec: ParamSpec, value: Value) -> Value | None:
    """The value as the parameter's type holds it (an int becomes a float where one is wanted), or None if it is not."""
    match spec.type:
        case FieldType.BOOL:
            return value if isinstance(value, bool) else None
        case FieldType.STRING:
            return value if isinstance(value, str) else None
        case _ if isinstance(value, bool | str):
            return None
        case FieldType.FLOAT:
            try:
                return float(value) if math.isfinite(value) else None
            except OverflowError:
                return None
        case _:
            return value if isinstance(value, int) and _INT_MIN <= value <= _INT_MAX else None


def clamped(spec: ParamSpec, value: Value) -> Value:
    """The value nearest to `value` within the parameter's limits."""
    if isinstance(value, bool | str):
        return value
    low, high = spec.min, spec.max
    if isinstance(value, int):
        low = None if low is None else math.ceil(low)
        high = None if high is None else math.floor(high)
    if low is not None and value < low:
        value = low
    if high is not None and value > high:
        value = high
    return value
