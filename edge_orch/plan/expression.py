"""A typed expression tree: what the front end makes of SQL, and all the back end sees of it.

Five kinds of node only. Operators, casts, CASE, IN and functions are all `Call`s of an allow-listed name; the list
with its signatures is `edge_orch.expr.functions`, its meaning in Python is `edge_orch.engine.functions`, and a test
holds the two to the same names.
"""

from __future__ import annotations

import msgspec

from edge_orch.plan.schema import FieldType


class Literal(msgspec.Struct, frozen=True, forbid_unknown_fields=True, tag_field="node", tag="lit"):
    """A constant; None is NULL (of the given type)."""

    value: bool | int | float | str | None
    type: FieldType


class Column(msgspec.Struct, frozen=True, forbid_unknown_fields=True, tag_field="node", tag="col", omit_defaults=True):
    """A field of the step's input record. `json`: see `Field`."""

    name: str
    type: FieldType
    required: bool = False
    json: bool = False


class Param(msgspec.Struct, frozen=True, forbid_unknown_fields=True, tag_field="node", tag="param"):
    """`:name`, a parameter of the job: bound at run time, never compiled in. Never NULL."""

    name: str
    type: FieldType
    required: bool = True


class Context(msgspec.Struct, frozen=True, forbid_unknown_fields=True, tag_field="node", tag="ctx"):
    """A fact about where the record came from: `device.labels.site`, `device.firmware`, `source.topic` …

    Roots: `device` (id, firmware, labels.*) constant per agent; `source` (topic, partition) per batch. Per call
    `source.received_at`, a timestamp: what the device's wall clock shows; `source.clock` and `source.boot`: the quality
    of that clock, and which boot it belongs to. All but the first are string or NULL.
    """

    path: str
    type: FieldType = FieldType.STRING
    required: bool = False


class Call(msgspec.Struct, frozen=True, forbid_unknown_fields=True, tag_field="node", tag="call"):
    """An operator or function by its allow-listed name, such as `and`, `lt`, `case`, `cast_float`, `lower`."""

    function: str
    args: tuple[Expression, ...]
    type: FieldType
    required: bool = False


Expression = Literal | Column | Param | Context | Call

_JSON = {
    "json_extract", "to_json", "json_object", "json_array", "string_split", "regexp_extract_all", "list_distinct",
    "list_sort", "list_reverse", "list_concat", "list_slice", "list_filter", "list_transform", "json_keys",
    "json_merge_patch", "generate_series", "json_filter", "json_transform", "json_rename", "json_flatten",
    "json_member", "json_unflatten", "json_entries", "list_merge",
}  # fmt: skip


def is_json(value: Expression) -> bool:
    """Whether it is the text of JSON for sure, NULL apart: in a record that leaves it is that JSON, not a text."""
    if isinstance(value, Call):
        return value.function in _JSON or (value.function in {"case", "coalesce"} and _all_json(_answers(value)))
    return isinstance(value, Column) and value.json


def _answers(call: Call) -> tuple[Expression, ...]:
    """What the call may give: the arms of a CASE, the arguments of coalesce."""
    return (*call.args[1::2], call.args[-1]) if call.function == "case" else call.args


def _all_json(values: tuple[Expression, ...]) -> bool:
    known = [value for value in values if not (isinstance(value, Literal) and value.value is None)]
    return bool(known) and all(map(is_json, known))
