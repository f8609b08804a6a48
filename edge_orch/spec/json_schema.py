"""JSON Schema of the job language for editors, from the same declarations that the reader obeys."""

from __future__ import annotations

from typing import Any, get_args, get_origin

from edge_orch.spec.leaves import JsonSchema
from edge_orch.spec.reading import fields_of, is_inline


def schema_of(hint: Any) -> JsonSchema:
    """The JSON Schema of what `reading.read(hint, …)` accepts."""
    if hasattr(hint, "json_schema"):
        schema: JsonSchema = hint.json_schema()
        return schema
    if get_origin(hint) is tuple:
        return {"type": "array", "items": schema_of(get_args(hint)[0])}
    if get_origin(hint) is dict:
        return {"type": "object", "additionalProperties": schema_of(get_args(hint)[1])}
    return model_schema(hint)


def model_schema(model: Any) -> JsonSchema:
    """An object with the model's keys and no others, or what its inline or shorthand form says."""
    fields = fields_of(model)
    if is_inline(model):
        return {**schema_of(fields[0].hint), "description": model.__doc__}
    properties = {}
    for field in fields:
        properties[field.key] = {**schema_of(field.hint), "description": field.doc.text}
        if field.doc.default not in {None, "[]", "{}"}:
            properties[field.key]["default"] = field.doc.default
    schema: JsonSchema = {
        "type": "object" if any(field.required for field in fields) else ["object", "null"],
        "description": model.__doc__,
        "properties": properties,
        "required": [field.key for field in fields if field.required],
        "additionalProperties": False,
    }
    shorthand = getattr(model, "shorthand", None)
    return {"anyOf": [schema, properties[shorthand]]} if shorthand else schema


def variant_schema(table: dict[str, Any]) -> JsonSchema:
    """An object with exactly one key, out of `table`."""
    properties = {kind: schema_of(model) for kind, model in table.items()}
    return {"type": "object", "properties": properties, "additionalProperties": False} | {
        "minProperties": 1,
        "maxProperties": 1,
    }
