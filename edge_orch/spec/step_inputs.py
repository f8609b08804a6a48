"""Whose records a step or an output takes."""

from __future__ import annotations

from typing import Self

import msgspec

from edge_orch.errors import Invalid, Location, Problem
from edge_orch.plan.steps.union import joined
from edge_orch.spec.leaves import JsonSchema, StepInput
from edge_orch.spec.nodes import Node, Sequence
from edge_orch.spec.reading import gathered


class StepInputs(msgspec.Struct, frozen=True):
    """One step or branch, or a list of at least two, each named once: then the records of all of them."""

    names: tuple[StepInput, ...]

    @property
    def value(self) -> str:
        """The name of the records that are taken."""
        return joined(name.value for name in self.names)

    @property
    def where(self) -> Location:
        return self.names[0].where

    @classmethod
    def read(cls, node: Node) -> Self:
        """Raises `Invalid` with every problem of the names."""
        if not isinstance(node, Sequence):
            return cls((StepInput.read(node),))
        found = gathered(node.items, StepInput.read)
        if len(found) < 2:
            next_step = f"write {found[0].value} without brackets" if found else "name a step"
            raise Invalid(Problem("a list names at least two steps", node.where, next_step=next_step))
        first: dict[str, StepInput] = {}
        problems = [
            Problem(f"`{name.value}` stands here twice", name.where, next_step="name each once")
            for name in found
            if first.setdefault(name.value, name) is not name
        ]
        if problems:
            raise Invalid(*problems)
        return cls(tuple(found))

    @classmethod
    def json_schema(cls) -> JsonSchema:
        one = StepInput.json_schema()
        return {"anyOf": [one, {"type": "array", "items": one, "minItems": 2, "uniqueItems": True}]}
