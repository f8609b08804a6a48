"""Whether a plan can make records much longer than what was read."""

from __future__ import annotations

from collections.abc import Iterator

import msgspec

from edge_orch.plan.expression import Call
from edge_orch.plan.formats import DocumentFormat
from edge_orch.plan.plan import Plan
from edge_orch.plan.steps import Aggregation, Explode

LENGTHENING = frozenset(
    ("concat", "replace", "regexp_replace", "repeat", "lpad", "rpad", "url_encode", "to_base64", "to_json",
     "json_object", "json_array", "string_split", "regexp_extract_all", "array_to_string", "list_concat",
     "json_merge_patch", "array_agg", "string_agg", "array_agg_distinct", "string_agg_distinct", "list_transform",
     "json_group_object", "histogram", "json_transform", "json_rename", "json_flatten",
     "json_unflatten", "json_entries")
)  # fmt: skip
"""Functions and aggregates whose text can be many times as long as each they are given."""


def lengthens(plan: Plan) -> bool:
    """A step explodes its parent's fields into each of its elements, or a format or function makes longer texts."""
    return any(
        isinstance(node, Explode | DocumentFormat)
        or (isinstance(node, Call | Aggregation) and node.function in LENGTHENING)
        for step in plan.steps
        for node in _nodes(step)
    )


def _nodes(node: object) -> Iterator[object]:
    """The node and all below it."""
    yield node
    below = (
        [getattr(node, name) for name in node.__struct_fields__]
        if isinstance(node, msgspec.Struct)
        else node
        if isinstance(node, tuple | list)
        else ()
    )
    for each in below:
        yield from _nodes(each)
