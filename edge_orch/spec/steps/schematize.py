"""`schematize`: raw bytes → typed records."""

from __future__ import annotations

from typing import Annotated, ClassVar, Literal, Self

from edge_orch.errors import Invalid, Problem
from edge_orch.spec.amounts import Duration
from edge_orch.spec.defaults import Default
from edge_orch.spec.leaves import Choice, Flag, JsonSchema, Name, Number, Text
from edge_orch.spec.model import Model
from edge_orch.spec.nodes import Node, Scalar, Sequence
from edge_orch.spec.reading import Doc, gathered
from edge_orch.spec.steps.formats import FormatSpec
from edge_orch.spec.steps.formatted import formatted_schema, read_formatted


class Type(Choice, frozen=True):
    """The type of a field."""

    value: Literal["bool", "int", "float", "string", "timestamp", "json"]
    elsewhere: ClassVar[dict[str, str]] = {
        **dict.fromkeys(("double", "decimal", "number", "real", "numeric"), "float"),
        **dict.fromkeys(("str", "text", "varchar"), "string"),
        **dict.fromkeys(("datetime", "date", "time"), "timestamp"),
        **dict.fromkeys(("integer", "long", "bigint"), "int"),
        **dict.fromkeys(("object", "array", "list", "map"), "json"),
        "boolean": "bool",
        "$": "{type: json, path: $}",
    }


class Path(Model, frozen=True):
    """Where a value lies: `a.b` for JSON keys inside each other, or a list when keys have dots themselves."""

    expected: ClassVar[str] = "keys with dots between them, or a list"
    keys: tuple[Text, ...]
    listed: bool = False

    @classmethod
    def read(cls, node: Node) -> Self:
        if isinstance(node, Sequence) and node.items:
            return cls(tuple(gathered(node.items, Text.read)), listed=True)
        text = Text.read(node)
        keys = text.value.split(".")
        if not all(keys):
            raise Invalid(Problem("not a path", text.where, cls.expected, repr(text.value)))
        if (keys[0] == "$" and keys[1:]) or text.value.startswith("/"):
            meant = text.value.removeprefix("$.").strip("/").replace("/", ".")
            next_step = f"write {meant}; for a key that is called so, a list: ['{keys[0]}']"
            raise Invalid(Problem("not a path", text.where, cls.expected, repr(text.value), next_step))
        return cls(tuple(Text(key, text.node) for key in keys))

    @classmethod
    def json_schema(cls) -> JsonSchema:
        return {"type": ["string", "array"], "items": {"type": "string"}}


class FieldSpec(Model, frozen=True):
    """A typed field and its rules; a record that breaks one is a dead letter. `temp_c: float` is enough."""

    shorthand: ClassVar[str] = "type"
    type: Annotated[Type, Doc("bool | int | float | string | timestamp | json (any value)")]
    path: Annotated[Path | None, Doc("where it lies: a JSON path a.b, a column, a group …; left out: the field's name")]
    required: Annotated[Flag, Doc("a record without it is a dead letter; false: it may be NULL", default="true")]
    default: Annotated[Default | None, Doc("its value in a record without it, or with null or an empty text there")]
    format: Annotated[
        Text | None,
        Doc(
            "of a timestamp: rfc3339 (the default), unix_s | unix_ms | unix_us | unix_ns, or a strptime pattern, "
            "perhaps without the year or the date"
        ),
    ]
    zone: Annotated[
        Text | None, Doc("of timestamps without an offset: an IANA zone; left out: that of schematize, else UTC")
    ]
    min: Annotated[Number | None, Doc("least number")]
    max: Annotated[Number | None, Doc("greatest number")]
    pattern: Annotated[Text | None, Doc("a regular expression that the whole text must match")]


class DecimalMark(Choice, frozen=True):
    """What stands between the whole part of a number and its fraction."""

    value: Literal[".", ","]


class Rest(Model, frozen=True):
    """What a schematize has beside its format."""

    fields: Annotated[dict[Name, FieldSpec], Doc("field: type, or field: {type: …, min: …}")]
    time: Annotated[Name | None, Doc("the timestamp field that is the event time; left out: time of arrival")]
    nulls: Annotated[tuple[Text, ...], Doc("texts that mean NULL, such as ['-', 'N/A']", default="[]")]
    decimal: Annotated[DecimalMark | None, Doc("what stands before the fraction of a float: '.' (the default) or ','")]
    zone: Annotated[Text | None, Doc("of all timestamps without an offset, unless their field says otherwise")]
    max_ahead: Annotated[
        Duration,
        Doc("where a step below keeps time, a record stamped later than so long after it came is dead", default="1d"),
    ]


class Schematize(Model, frozen=True):
    """Read raw records in exactly one format into typed fields. A record that does not fit is a dead letter."""

    example: ClassVar[str] = """
schematize:
  json: {}
  fields:
    at: timestamp
    sensor: {type: string, path: device.name, pattern: 'press-[0-9]+'}
    temp_c: {type: float, path: [values, temp.c], min: -40, max: 200}
    note: {type: string, required: false}
  time: at
"""
    sample: ClassVar[str] = """
{"at": "2026-01-01T00:00:00Z", "device": {"name": "press-1"}, "values": {"temp.c": 21.5}}
{"at": "2026-01-01T00:00:01Z", "device": {"name": "press-1"}, "values": {"temp.c": 900}}
"""
    rest: ClassVar[type] = Rest
    format: FormatSpec
    format_key: Scalar
    fields: dict[Name, FieldSpec]
    time: Name | None
    nulls: tuple[Text, ...]
    decimal: DecimalMark | None
    zone: Text | None
    max_ahead: Duration

    @classmethod
    def read(cls, node: Node) -> Self:
        format_, key, rest = read_formatted(node, Rest)
        return cls(format_, key, rest.fields, rest.time, rest.nulls, rest.decimal, rest.zone, rest.max_ahead)

    @classmethod
    def json_schema(cls) -> JsonSchema:
        return formatted_schema(Rest, cls.__doc__)
