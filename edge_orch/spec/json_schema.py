"""JSON Schema of the job language for editors, from the same declarations that the reader obeys."""

from __future__ import annotations

import inspect
from typing import Any, get_args, get_origin

from edge_orch.errors import Location
from edge_orch.spec.document import parse_document
from edge_orch.spec.leaves import JsonSchema
from edge_orch.spec.nodes import Mapping, Node, Scalar, Sequence
from edge_orch.spec.reading import fields_of, is_inline


def schema_of(hint: Any) -> JsonSchema:
    """The JSON Schema of what `reading.read(hint, …)` accepts."""
    if hasattr(hint, "json_schema"):
        schema: JsonSchema = hint.json_schema()
        return schema
    if get_origin(hint) is tuple:
        return {"type": "array", "items": schema_of(get_args(hint)[0])}
    if get_origin(hint) is dict:
        key, value = get_args(hint)
        names = {name: rule for name, rule in schema_of(key).items() if name in {"pattern", "minLength", "enum"}}
        return {"type": "object", "propertyNames": names, "additionalProperties": schema_of(value)}
    return model_schema(hint)


def model_schema(model: Any) -> JsonSchema:
    """An object with the model's keys and no others, or what its inline or shorthand form says."""
    fields = fields_of(model)
    if is_inline(model):
        return {**schema_of(fields[0].hint), **shown(model)}
    properties = {}
    for field in fields:
        properties[field.key] = {**schema_of(field.hint), "description": field.doc.text}
        if field.doc.default is not None:
            properties[field.key]["default"] = _default(field.doc.default)
    schema: JsonSchema = {
        "type": "object" if any(field.required for field in fields) else ["object", "null"],
        **shown(model),
        "properties": properties,
        "required": [field.key for field in fields if field.required],
        "additionalProperties": False,
    }
    shorthand = getattr(model, "shorthand", None)
    return {**shown(model), "anyOf": [schema, properties[shorthand]]} if shorthand else schema


def shown(model: Any) -> JsonSchema:
    """What an editor shows beside the model's key."""
    example = getattr(model, "example", "")
    return {"description": inspect.getdoc(model)} | ({"examples": [_value(example)]} if example else {})


def _value(example: str) -> Any:
    """The options in an example, `kind: options`, as JSON has them."""
    root = parse_document(example.strip(), "example")
    assert isinstance(root, Mapping)  # noqa: S101 -- a test holds every example to it
    return _plain(root.entries[0][1])


def _plain(node: Node) -> Any:
    if isinstance(node, Mapping):
        return {key.text: _plain(value) for key, value in node.entries}
    return [_plain(item) for item in node.items] if isinstance(node, Sequence) else node.value


def _default(text: str) -> Any:
    """A default as JSON has it: `10s` is text, `1` a number."""
    return {"[]": [], "{}": {}}.get(text, Scalar(text, Location("default", 1, 1)).value)


def variant_schema(table: dict[str, Any]) -> JsonSchema:
    """An object with exactly one key, out of `table`.

    Said by `oneOf`: where `maxProperties` is 1, editors count the key that is being written and complete none.
    """
    properties = {kind: {"title": kind, **schema_of(model)} for kind, model in table.items()}
    exactly_one = [{"required": [kind]} for kind in table]
    return {"type": "object", "properties": properties, "additionalProperties": False, "oneOf": exactly_one}
