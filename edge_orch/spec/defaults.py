"""Constants that may be any JSON."""

from __future__ import annotations

import json
from typing import Any, ClassVar, Self

from edge_orch.spec.leaves import Constant, JsonSchema
from edge_orch.spec.nodes import Mapping, Node, Scalar, Sequence


class Default(Constant, frozen=True):
    """A constant, or a list or mapping of them, which only a field of JSON can have."""

    value: Any
    schema: ClassVar[JsonSchema] = {"type": ["boolean", "number", "string", "array", "object"]}

    @classmethod
    def read(cls, node: Node) -> Self:
        if isinstance(node, Scalar):
            return super().read(node)
        value = _plain(node)
        return cls(value, Scalar(json.dumps(value, ensure_ascii=False), node.where, plain=False))


def _plain(node: Node) -> Any:
    """What the node says, as plain Python values."""
    if isinstance(node, Mapping):
        return {key.text: _plain(value) for key, value in node.entries}
    return [_plain(item) for item in node.items] if isinstance(node, Sequence) else node.value
