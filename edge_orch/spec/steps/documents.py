"""Formats of records that are whole documents, elements within elements."""

from __future__ import annotations

from typing import Annotated, ClassVar

from edge_orch.spec.leaves import Flag, Name, Text
from edge_orch.spec.model import Model
from edge_orch.spec.reading import Doc


class Xml(Model, frozen=True):
    """`xml: {}`: a record is one document of XML 1.0. Paths begin at its root element: `order.item.@id`.

    `@id` is an attribute; an element that is named alone is its text, without the blanks around it, as is `#text`
    behind it. An element that stands several times is an array, which paths do not lead through: read it, or any
    element, as `json`, in which attributes, text and elements have the same names and all values are texts, and let
    `explode` make records of it. Names have no prefix. A document with a DTD is a dead letter, as is one of more than
    100,000 elements and attributes, or more than 100 levels. The encoding is the one it declares: UTF-8 or -16, ASCII,
    ISO 8859, Windows 125x.
    """

    example: ClassVar[str] = """
xml: {arrays: [item]}
fields:
  id: {type: int, path: order.@id}
  at: {type: timestamp, path: order.at}
  items: {type: json, path: order.item}
time: at
"""
    sample: ClassVar[str] = """
<order id="7"><at>2026-01-01T00:00:00Z</at><item sku="a">2 pieces</item></order>
"""
    arrays: Annotated[
        tuple[Text, ...],
        Doc("names of elements that are an array of objects, even where one stands alone", default="[]"),
    ]
    children: Annotated[
        tuple[Text, ...],
        Doc("elements whose elements are, in order, an array `#children`, each with its `#name`", default="[]"),
    ]
    namespaces: Annotated[
        dict[Name, Text], Doc("prefix: URI; names of these are written with the prefix given here", default="{}")
    ]


class MessagePack(Model, frozen=True):
    """`msgpack: {}`: a record, a message, a datagram or an HTTP body, is one MessagePack map. Lines are not.

    With `sequence: true` it is any number of values, one after the other, as Fluent Bit's http output sends them: the
    path `$`, the only one then, is an array of them, of which `explode` makes records.

    Paths, types and what they refuse are those of `json`. A `timestamp` may also be one of MessagePack's own, or an
    EventTime of Fluentd, whatever its `format`. The path `$` alone is the whole record, of `type: json`, also where it
    is no map. In JSON bytes are base64, times texts, and a number that is none is null; at most 1 MiB becomes JSON. In
    `parse` the text is base64, as bytes are.
    """

    binary: ClassVar[bool] = True
    example: ClassVar[str] = """
msgpack: {}
fields:
  at: timestamp
  sensor: {type: string, path: device.name}
  temp_c: float
time: at
"""
    sample: ClassVar[str] = """
83 a2 6174 d6ff 6955b900 a6 646576696365 81 a4 6e616d65 a7 70726573732d31 a6 74656d705f63 cb 4035800000000000
"""
    sequence: Annotated[Flag, Doc("a record is several values, one after the other, read as an array", default="false")]


class Hex(Model, frozen=True):
    """`hex: {}`: all bytes of a message, a datagram or an HTTP body, in hexadecimal, are the one field. Lines are not.

    Two capital digits a byte: `substr(h, 5, 4)` is the third and fourth byte, and `from_hex`, `signed`, `float32` and
    `reverse_bytes` say what bytes mean. In `parse` the text is base64, as bytes are.
    """

    binary: ClassVar[bool] = True
    example: ClassVar[str] = """
hex: {}
fields: {frame: string}
"""
    sample: ClassVar[str] = """
0a00 67ff ff
"""
