"""JSON objects as generated structs: what msgspec decodes a record, or an element of an array, to."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

import msgspec

from edge_orch.engine.fields import json_parser, json_type
from edge_orch.errors import Invalid, Problem
from edge_orch.plan.schema import FieldType
from edge_orch.plan.steps import ParsedField


class Node:
    """A JSON object: its keys in order, each a field or another object."""

    def __init__(self) -> None:
        self.members: dict[str, Node | ParsedField] = {}

    @property
    def required(self) -> bool:
        """Whether an object without it does not fit."""
        return any(member.required for member in self.members.values())


def tree_of(fields: Sequence[ParsedField]) -> Node:
    """The object that has all the fields at their paths. Raises `Invalid` if two need different things of one place."""
    root = Node()
    for field in fields:
        node = root
        for key in field.path[:-1]:
            member = node.members.setdefault(key, Node())
            if not isinstance(member, Node):
                raise _clash(field)
            node = member
        present = node.members.setdefault(field.path[-1], field)
        if isinstance(present, Node) or json_type(present) != json_type(field) or present.required != field.required:
            raise _clash(field)
    return root


def object_type(node: Node, type_of: Callable[[ParsedField], Any] = json_type) -> Any:
    """The struct of an object; the attribute of its n-th member is `an`. `type_of`: what a field is decoded to."""
    return struct("Object", [_field(key, member, type_of) for key, member in node.members.items()], kw_only=True)


class Wire(NamedTuple):
    """How values are written that stand in objects: `json_type` and `_parser` of another format, and its decoder."""

    decoder: Callable[[Any], Any]
    type_of: Callable[[ParsedField], Any]
    parser_of: Callable[[ParsedField], Callable[[Any], Any] | None]


def element_reader(fields: Sequence[ParsedField], wire: Wire | None = None) -> Callable[[Any], tuple[Any, ...]]:
    """A reader of single JSON values, which gives the values of the fields in their order.

    It raises msgspec's decoding errors, and `Misfit` for a value that its field's own parser refuses. A field of the
    empty path is the JSON value itself, and then stands alone. `wire`: they are written in another format.
    """
    wire = wire or Wire(msgspec.json.Decoder, json_type, _parser)
    parsers = [(field.name, wire.parser_of(field)) for field in fields]
    if not fields[0].path:
        type_ = wire.type_of(fields[0])
        whole = wire.decoder(type_ if fields[0].required else _or_null(type_)).decode
        return lambda raw: (_parsed(*parsers[0], whole(raw)),)
    tree = tree_of(fields)
    decode = wire.decoder(object_type(tree, wire.type_of)).decode
    places = [_attributes(tree, field.path) for field in fields]

    def read(raw: Any) -> tuple[Any, ...]:
        element = decode(raw)
        values = []
        for attributes, (name, parse) in zip(places, parsers, strict=True):
            value = element
            for attribute in attributes:
                value = None if value is None else getattr(value, attribute)
            values.append(_parsed(name, parse, value))
        return tuple(values)

    return read


class Misfit(Exception):
    """A field's value that its parser refuses."""

    def __init__(self, field: str, reason: str) -> None:
        super().__init__(reason)
        self.field = field
        self.reason = reason


def struct(name: str, fields: list[tuple[Any, ...]], *, kw_only: bool = False) -> type[msgspec.Struct]:
    """A struct whose attributes are `a0`, `a1` … and whose JSON keys are the names given: (key, type[, default]).

    With `kw_only`, fields with a default may stand before others. Raises `Invalid` for a key that cannot be one.
    """
    attributes = [(f"a{place}", *rest) for place, (_, *rest) in enumerate(fields)]
    keys = {f"a{place}": field[0] for place, field in enumerate(fields)}
    try:
        return msgspec.defstruct(name, attributes, rename=keys, gc=False, kw_only=kw_only)
    except (ValueError, TypeError) as error:
        raise Invalid(Problem("a field has a name that cannot be a JSON key here", found=str(error))) from None


def _parsed(name: str, parse: Callable[[Any], Any] | None, value: Any) -> Any:
    if value is None or parse is None:
        return value
    try:
        return parse(value)
    except ValueError as error:
        raise Misfit(name, str(error)) from None


def _parser(field: ParsedField) -> Callable[[Any], Any] | None:
    if field.type is FieldType.TIMESTAMP and field.format == "unix_s":
        return lambda value: round(value * 1_000_000)
    return json_parser(field)


def _attributes(node: Node, path: tuple[str, ...]) -> tuple[str, ...]:
    attribute = f"a{list(node.members).index(path[0])}"
    member = node.members[path[0]]
    return (attribute, *_attributes(member, path[1:])) if isinstance(member, Node) else (attribute,)


def _field(key: str, member: Node | ParsedField, type_of: Callable[[ParsedField], Any]) -> tuple[Any, ...]:
    type_ = object_type(member, type_of) if isinstance(member, Node) else type_of(member)
    return (key, type_) if member.required else (key, _or_null(type_), None)


def _or_null(type_: Any) -> Any:
    # Raw takes null as it takes everything; in a union it would take nothing else.
    return type_ if type_ is msgspec.Raw else type_ | None


def _clash(field: ParsedField) -> Invalid:
    path = ".".join(field.path)
    return Invalid(Problem(f"two fields read `{path}` as different things", next_step="give each its own path"))
