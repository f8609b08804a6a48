"""What has exactly one format, and other keys beside it."""

from __future__ import annotations

from typing import Any

from edge_orch.errors import Invalid, Problem
from edge_orch.spec import elsewhere
from edge_orch.spec.json_schema import model_schema, schema_of
from edge_orch.spec.keys import unknown_key
from edge_orch.spec.leaves import JsonSchema
from edge_orch.spec.nodes import Mapping, Node, Scalar, Sequence, described
from edge_orch.spec.reading import entries_of, fields_of, gathered, read, read_model
from edge_orch.spec.steps.formats import FORMATS, FormatSpec
from edge_orch.spec.words import did_you_mean, mend_key, names


def read_formatted(node: Node, rest: type) -> tuple[FormatSpec, Scalar, Any]:
    """The format, its key, and the other keys as a `rest`. Raises `Invalid` with all that is wrong."""
    entries = entries_of(node, ["json", *(field.key for field in fields_of(rest) if field.required)])
    formats = [(key, value) for key, value in entries if key.text in FORMATS]
    beside = {field.key for field in fields_of(rest)}
    foreign = [key for key, _ in entries if not formats and key.text not in beside and _is_foreign(key.text, beside)]
    others = Mapping(tuple(entry for entry in entries if entry not in formats and entry[0] not in foreign), node.where)
    problems = [unknown_key(key, FORMATS, "unknown format", elsewhere.FORMATS) for key in foreign]
    told = any(mend_key(key.text, beside).startswith("the format") for key, _ in entries)
    if len(formats) != 1 and not foreign and not (told and not formats):
        found = names(key.text for key, _ in formats)
        next_step = "leave one; of several formats the first that fits: parse: {first_of: […]}" if formats else ""
        next_step = next_step or "add one, such as json: {}"
        problems.append(Problem("need exactly one format", node.where, f"one of: {names(FORMATS)}", found, next_step))
    read_format = gathered(formats[:1], _read_format)
    values = gathered([others], lambda mapping: read_model(rest, mapping), problems)[0]
    return read_format[0], formats[0][0], values


def _is_foreign(word: str, beside: set[str]) -> bool:
    """Whether it means a format, one of ours misspelt or one of another product's."""
    return word.lower() in elsewhere.FORMATS or bool(did_you_mean(word, FORMATS) and not did_you_mean(word, beside))


def _read_format(entry: tuple[Scalar, Node]) -> FormatSpec:
    key, options = entry
    if isinstance(options, Sequence):
        next_step = f"in a parse step, write first_of: [{{{key.text}: …, fields: …}}, …]"
        raise Invalid(Problem("one format at a time", options.where, "", described(options), next_step))
    format_: FormatSpec = read(FORMATS[key.text], options)
    return format_


def formatted_schema(rest: type, description: str | None) -> JsonSchema:
    """JSON Schema of it."""
    beside = model_schema(rest)
    arms = []
    for kind, model in FORMATS.items():
        properties = {kind: schema_of(model)} | beside["properties"]
        required = [kind, *beside["required"]]
        arms.append(
            {
                "type": "object",
                "title": kind,
                "properties": properties,
                "required": required,
                "additionalProperties": False,
            }
        )
    return {"description": description, "oneOf": arms}
