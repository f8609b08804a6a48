"""Between which numbers fields lie, as they are declared: what breaks its bounds is a dead letter."""

from __future__ import annotations

from collections.abc import Mapping

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
    made = {name.value for name in _made(body)}
    return {name: bounds for name, bounds in before.items() if name not in made}


def _made(body: object) -> list[Name]:
    match body:
        case Map():
            return list(body.assignments)
        case Mask():
            return list(body.methods)
        case Parse():
            return [name for reading in body.readings for name in reading.fields]
        case _:
            return []
