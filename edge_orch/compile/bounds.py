"""Between which numbers fields lie, as they are declared: what breaks its bounds is a dead letter."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence

from edge_orch.expr.scope import Bounds
from edge_orch.spec.leaves import Name, value_of
from edge_orch.spec.steps import Aggregate, Alert, Map, Mask, Parse, Schematize


def bounds_after(body: object, before: Mapping[str, Bounds]) -> dict[str, Bounds]:
    """The bounds of what a step passes on: those of fields that it makes anew are forgotten."""
    if isinstance(body, Schematize):
        found = {name.value: (value_of(field.min), value_of(field.max)) for name, field in body.fields.items()}
        return {name: bounds for name, bounds in found.items() if bounds != (None, None)}
    if isinstance(body, Aggregate | Alert):
        return {}
    made = {name.value for name in made_by(body)}
    return {name: bounds for name, bounds in before.items() if name not in made}


def bounds_together(branches: Sequence[tuple[Collection[str], Mapping[str, Bounds]]]) -> dict[str, Bounds]:
    """The widest bounds of fields that have any in each branch; of a branch, its fields are given, and their bounds."""
    found: dict[str, Bounds] = {}
    for name in {name for fields, bounds in branches for name in bounds if name in fields}:
        each = [bounds.get(name, (None, None)) for fields, bounds in branches if name in fields]
        lows = [low for low, _ in each if low is not None]
        highs = [high for _, high in each if high is not None]
        low = min(lows) if len(lows) == len(each) else None
        high = max(highs) if len(highs) == len(each) else None
        if (low, high) != (None, None):
            found[name] = (low, high)
    return found


def made_by(body: object) -> list[Name]:
    """The fields that a step gives a value anew, in the place of one they may have had."""
    match body:
        case Map():
            return list(body.assignments)
        case Mask():
            return list(body.methods)
        case Parse():
            return [name for reading in body.readings for name in reading.fields]
        case _:
            return []
