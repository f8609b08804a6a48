"""Formats of raw records: a format is one class and one entry in `FORMATS`."""

from __future__ import annotations

from typing import Annotated, Any, ClassVar, Literal

from edge_orch.errors import Invalid, Problem
from edge_orch.spec.leaves import Choice, Flag, JsonSchema, Name, Text
from edge_orch.spec.model import Model
from edge_orch.spec.nodes import Scalar
from edge_orch.spec.reading import Doc
from edge_orch.spec.steps.documents import Hex, MessagePack, Xml


class Json(Model, frozen=True):
    """`json: {}`: one JSON object a line.

    What no field names is passed over; of a key that stands twice, the last counts. 1.0 is no int, "5" no number; but
    timestamps in `unix_ms`, `unix_us` and `unix_ns` may stand in quotes.
    """

    example: ClassVar[str] = """
json: {}
fields:
  at: timestamp
  sensor: {type: string, path: device.name}
  temp_c: float
time: at
"""
    sample: ClassVar[str] = """
{"at": "2026-01-01T00:00:00Z", "device": {"name": "press-1"}, "temp_c": 21.5}
"""


class Delimiter(Text, frozen=True):
    """One character between CSV columns."""

    expected: ClassVar[str] = "one ASCII character, not a quote or a line end"
    schema: ClassVar[JsonSchema] = {"type": "string", "minLength": 1, "maxLength": 1}

    @classmethod
    def parse(cls, node: Scalar) -> str:
        text = str(super().parse(node))
        if len(text) != 1 or not text.isascii() or text in '"\r\n\0':
            next_step = 'write "\\t" in double quotes' if text.lower() in {"tab", "\\t", "\\\\t", "tsv"} else ""
            raise Invalid(Problem("not a delimiter", node.where, cls.expected, repr(text), next_step))
        return text


class Csv(Model, frozen=True):
    """`csv: {columns: [ts, sensor]}`: RFC 4180.

    Under a header, columns may stand in any order and others are passed over; `columns` beside it give them names of
    their own. A row with more or fewer cells is a dead letter. An empty cell is NULL where the field may be.
    """

    example: ClassVar[str] = """
csv: {columns: [ts, sensor, temp_c], delimiter: ';', header: true}
fields:
  ts: {type: timestamp, format: '%d.%m.%Y %H:%M:%S', zone: Europe/Vienna}
  sensor: string
  temp_c: float
time: ts
"""
    sample: ClassVar[str] = """
ts;sensor;temp_c
01.01.2026 01:00:00;press-1;21.5
"""
    columns: Annotated[tuple[Text, ...] | None, Doc("names of the columns, in order; left out: the header names them")]
    delimiter: Annotated[Delimiter, Doc("one character", default=",")]
    header: Annotated[Flag, Doc("the first line of each partition is a header", default="false")]


class Regex(Model, frozen=True):
    """`regex: '(?P<sensor>\\S+) (?P<temp_c>\\S+)'`: the whole line must match; named groups are the fields.

    A name may have dots, which a `path` reads, and stand in several alternatives: the first that matched counts.
    `{type: json, path: $}` is an object of all that took part, as texts; in `grok`, `dissect` and `csv` as well.
    """

    inline: ClassVar[bool] = True
    example: ClassVar[str] = r"""
regex: '(?P<ts>\S+) (?P<sensor>\S+) TEMP=(?P<temp_c>\S+)C'
fields:
  ts: {type: timestamp, format: unix_s}
  sensor: string
  temp_c: float
time: ts
"""
    sample: ClassVar[str] = """
1767225600 press-1 TEMP=21.5C
"""
    pattern: Annotated[Text, Doc("a regular expression with named groups")]


class Grok(Model, frozen=True):
    """`grok: '%{IP:client} %{WORD:method}'`: named patterns, as in Logstash; the whole line must match.

    What `regex` says of names is true here, too: `%{IP:source.ip}` or `%{IP:[source][ip]}` has the path source.ip.
    """

    shorthand: ClassVar[str] = "pattern"
    example: ClassVar[str] = r"""
grok:
  pattern: '%{TIMESTAMP_ISO8601:ts} %{LOGLEVEL:level} %{MACHINE:machine}: %{GREEDYDATA:msg}'
  patterns: {MACHINE: 'press-[0-9]+'}
fields: {ts: timestamp, level: string, machine: string, msg: string}
time: ts
"""
    sample: ClassVar[str] = """
2026-01-01T00:00:00Z WARN press-1: oil is low
"""
    pattern: Annotated[Text, Doc("a regular expression in which %{PATTERN:field} stands for a named pattern")]
    patterns: Annotated[dict[Name, Text], Doc("more patterns, or others of the same name", default="{}")]


class Dissect(Model, frozen=True):
    """`dissect: '%{ts} [%{level}] %{msg}'`: cut at what stands between the fields, as in Logstash and Elasticsearch.

    A field ends where what stands behind it comes first, the last one at the end. `%{}` and `%{?name}` are left out;
    `%{name->}` skips what stands behind it as often as it does.
    """

    shorthand: ClassVar[str] = "pattern"
    example: ClassVar[str] = """
dissect: '%{ts} [%{level->}] %{machine}: %{msg}'
fields: {ts: timestamp, level: string, machine: string, msg: string}
time: ts
"""
    sample: ClassVar[str] = """
2026-01-01T00:00:00Z [WARN] press-1: oil: low
"""
    pattern: Annotated[Text, Doc("the text as it is, with %{name} in place of each field")]


class Raw(Model, frozen=True):
    """`raw: {}`: the whole line is the one field, a text."""

    example: ClassVar[str] = """
raw: {}
fields: {line: string}
"""
    sample: ClassVar[str] = """
anything at all
"""


class Separator(Text, frozen=True):
    """What stands between two things."""

    expected: ClassVar[str] = "text without quotes and backslashes"
    schema: ClassVar[JsonSchema] = {"type": "string", "minLength": 1}

    @classmethod
    def parse(cls, node: Scalar) -> str:
        text = str(super().parse(node))
        if not text or set(text) & set('"\\\0'):
            next_step = f'write "{text}" in double quotes' if text in {r"\n", r"\r\n", r"\t"} else ""
            raise Invalid(Problem("not a delimiter", node.where, cls.expected, repr(text), next_step))
        return text


class KeyValue(Model, frozen=True):
    """`key_value: {field_delimiter: ', ', key_value_delimiter: ':'}`; a value may stand in double quotes.

    `{type: json, path: $}` is an object of all names and their texts, in `logfmt` as well.
    """

    example: ClassVar[str] = """
key_value: {field_delimiter: '; ', key_value_delimiter: ': '}
fields: {temp: float, unit: string}
"""
    sample: ClassVar[str] = """
temp: 21.5; unit: "°C"
"""
    field_delimiter: Annotated[Separator, Doc("what stands between two fields; left out: blanks", default=" ")]
    key_value_delimiter: Annotated[Separator, Doc("what stands between name and value", default="=")]


class Logfmt(Model, frozen=True):
    """`logfmt: {}`: `level=info msg="it runs"`; a name alone has the value `true`."""

    example: ClassVar[str] = """
logfmt: {}
fields:
  ts: timestamp
  level: string
  msg: string
  http_status: {type: int, path: http.status, required: false}
time: ts
"""
    sample: ClassVar[str] = """
ts=2026-01-01T00:00:00Z level=info msg="it runs" http.status=200
"""


class Standard(Choice, frozen=True):
    """A form of syslog lines."""

    value: Literal["auto", "rfc3164", "rfc5424"]


class Syslog(Model, frozen=True):
    """`syslog: {}` or `syslog: rfc5424`: lines as syslog daemons and devices send and keep them.

    Paths are timestamp, hostname, appname, procid, msgid, message, priority, facility, facility_code, severity,
    severity_code, version and structured_data.ID.PARAM; structured_data alone, of `type: json`, is an object of all.
    What is `-` or not there is NULL.
    """

    shorthand: ClassVar[str] = "standard"
    example: ClassVar[str] = """
syslog: auto
fields:
  timestamp: timestamp
  hostname: string
  appname: {type: string, required: false}
  severity: {type: string, required: false}
  message: string
time: timestamp
"""
    sample: ClassVar[str] = """
<34>1 2026-01-01T00:00:00Z press-1 sshd 77 - - disk full
"""
    standard: Annotated[Standard, Doc("auto | rfc3164 | rfc5424", default="auto")]


class Influx(Model, frozen=True):
    """`influx: {}`: line protocol; paths are measurement, tags.NAME, fields.NAME and timestamp.

    The paths `tags` and `fields` are objects of all there are, of `type: json`: for names that are not known before.
    """

    example: ClassVar[str] = """
influx: {}
fields:
  at: {type: timestamp, path: timestamp}
  host: {type: string, path: tags.host}
  usage: {type: float, path: fields.usage}
  all: {type: json, path: fields}
time: at
"""
    sample: ClassVar[str] = """
cpu,host=a usage=0.5,cores=4i 1767225600000000000
"""


FormatSpec = Json | Csv | Regex | Grok | Dissect | Raw | KeyValue | Logfmt | Syslog | Influx | Xml | MessagePack | Hex

FORMATS: dict[str, Any] = {
    "json": Json,
    "csv": Csv,
    "regex": Regex,
    "grok": Grok,
    "dissect": Dissect,
    "key_value": KeyValue,
    "logfmt": Logfmt,
    "syslog": Syslog,
    "influx": Influx,
    "xml": Xml,
    "msgpack": MessagePack,
    "hex": Hex,
    "raw": Raw,
}
