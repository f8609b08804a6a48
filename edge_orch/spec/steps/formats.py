"""Formats of raw records: a format is one class and one entry in `FORMATS`."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, Any, ClassVar, Literal

from edge_orch.errors import Invalid, Problem
from edge_orch.spec.leaves import Choice, Flag, JsonSchema, Text
from edge_orch.spec.nodes import Scalar
from edge_orch.spec.reading import Doc


@dataclass(frozen=True)
class Json:
    """`json: {}`: one JSON object a line."""


class Delimiter(Text, frozen=True):
    """One character between CSV columns."""

    expected: ClassVar[str] = "one ASCII character, not a quote or a line end"
    schema: ClassVar[JsonSchema] = {"type": "string", "minLength": 1, "maxLength": 1}

    @classmethod
    def parse(cls, node: Scalar) -> str:
        text = str(super().parse(node))
        if len(text) != 1 or not text.isascii() or text in '"\r\n\0':
            raise Invalid(Problem("not a delimiter", node.where, cls.expected, repr(text)))
        return text


@dataclass(frozen=True)
class Csv:
    """`csv: {columns: [ts, sensor]}`: RFC 4180."""

    columns: Annotated[tuple[Text, ...], Doc("names of the columns, in order")]
    delimiter: Annotated[Delimiter, Doc("one character", default=",")]
    header: Annotated[Flag, Doc("the first line of each partition is a header to skip", default="false")]


@dataclass(frozen=True)
class Regex:
    """`regex: '(?P<sensor>\\S+) (?P<temp_c>\\S+)'`: the whole line must match; named groups are the fields."""

    inline: ClassVar[bool] = True
    pattern: Annotated[Text, Doc("a regular expression with named groups")]


@dataclass(frozen=True)
class Raw:
    """`raw: {}`: the whole line is the one field, a text."""


class Separator(Text, frozen=True):
    """What stands between two things."""

    expected: ClassVar[str] = "text without quotes, backslashes or line ends"
    schema: ClassVar[JsonSchema] = {"type": "string", "minLength": 1}

    @classmethod
    def parse(cls, node: Scalar) -> str:
        text = str(super().parse(node))
        if not text or set(text) & set('"\\\r\n\0'):
            raise Invalid(Problem("not a delimiter", node.where, cls.expected, repr(text)))
        return text


@dataclass(frozen=True)
class KeyValue:
    """`key_value: {field_delimiter: ', ', key_value_delimiter: ':'}`; a value may stand in double quotes."""

    field_delimiter: Annotated[Separator, Doc("what stands between two fields; left out: blanks", default=" ")]
    key_value_delimiter: Annotated[Separator, Doc("what stands between name and value", default="=")]


@dataclass(frozen=True)
class Logfmt:
    """`logfmt: {}`: `level=info msg="it runs"`; a name alone has the value `true`."""


class Standard(Choice, frozen=True):
    """A form of syslog lines."""

    value: Literal["auto", "rfc3164", "rfc5424"]


@dataclass(frozen=True)
class Syslog:
    """`syslog: {}` or `syslog: rfc5424`: lines as syslog daemons and devices send and keep them."""

    shorthand: ClassVar[str] = "standard"
    standard: Annotated[Standard, Doc("auto | rfc3164 | rfc5424", default="auto")]


@dataclass(frozen=True)
class Influx:
    """`influx: {}`: line protocol; paths are measurement, tags.NAME, fields.NAME and timestamp."""


FormatSpec = Json | Csv | Regex | Raw | KeyValue | Logfmt | Syslog | Influx

FORMATS: dict[str, Any] = {
    "json": Json,
    "csv": Csv,
    "regex": Regex,
    "key_value": KeyValue,
    "logfmt": Logfmt,
    "syslog": Syslog,
    "influx": Influx,
    "raw": Raw,
}
