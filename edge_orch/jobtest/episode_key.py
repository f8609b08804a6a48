"""The key of an episode as a test names it."""

from __future__ import annotations

from typing import ClassVar

from edge_orch.spec.leaves import JsonSchema, Leaf
from edge_orch.spec.nodes import Scalar


class KeyValue(Leaf, frozen=True):
    """A value of a rule's key, as the text that episodes have of it: `2` is `'2'`, and NULL is empty."""

    value: str
    expected: ClassVar[str] = "a single value"
    schema: ClassVar[JsonSchema] = {"type": ["string", "number", "boolean", "null"]}

    @classmethod
    def parse(cls, node: Scalar) -> str:
        match node.value:
            case None:
                return ""
            case bool() as value:
                return str(value).lower()
            case int() as value:
                return str(value)
            case _:
                return node.text
