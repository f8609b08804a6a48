"""JSON as YAML writes it."""

from __future__ import annotations

from typing import Any

from edge_orch.spec.nodes import Mapping, Node, NodeValue, Sequence

JsonValue = NodeValue | list[Any] | dict[str, Any]


def json_value(node: Node) -> JsonValue:
    """What the node says: lists and mappings inside each other, scalars as the core schema has them."""
    if isinstance(node, Sequence):
        return [json_value(item) for item in node.items]
    if isinstance(node, Mapping):
        return {key.text: json_value(value) for key, value in node.entries}
    return node.value
