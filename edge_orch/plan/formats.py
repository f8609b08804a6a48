"""How raw input is written: what a `schematize` step reads."""

from __future__ import annotations

from typing import Literal as OneOf

import msgspec


class JsonFormat(msgspec.Struct, frozen=True, forbid_unknown_fields=True, tag_field="kind", tag="json"):
    """One JSON object a line."""


class CsvFormat(
    msgspec.Struct, frozen=True, forbid_unknown_fields=True, tag_field="kind", tag="csv", omit_defaults=True
):
    """RFC 4180. `header`: each partition begins with one. `columns` names them in order; if empty, the header does."""

    columns: tuple[str, ...]
    delimiter: str = ","
    header: bool = True


class RegexFormat(
    msgspec.Struct, frozen=True, forbid_unknown_fields=True, tag_field="kind", tag="regex", omit_defaults=True
):
    """Named groups are the fields; the whole line must match.

    `names`: those that are not just one group of that name; their text is that of the first of their groups that
    matched.
    """

    pattern: str
    names: dict[str, tuple[str, ...]] = {}


class RawFormat(msgspec.Struct, frozen=True, forbid_unknown_fields=True, tag_field="kind", tag="raw"):
    """The whole line is the only field."""


class KeyValueFormat(msgspec.Struct, frozen=True, forbid_unknown_fields=True, tag_field="kind", tag="key_value"):
    """`name=value` pairs; a value may stand in double quotes, a name alone has the value `true`. logfmt is one case."""

    field_delimiter: str = " "
    key_value_delimiter: str = "="


class SyslogFormat(msgspec.Struct, frozen=True, forbid_unknown_fields=True, tag_field="kind", tag="syslog"):
    """RFC 5424, RFC 3164, or whichever of the two each line is in. Paths: `SYSLOG_PARTS`, structured_data.ID.PARAM."""

    standard: OneOf["auto", "rfc3164", "rfc5424"] = "auto"


class InfluxFormat(msgspec.Struct, frozen=True, forbid_unknown_fields=True, tag_field="kind", tag="influx"):
    """InfluxDB line protocol. Paths: measurement, tags.NAME, fields.NAME, timestamp; tags and fields as JSON."""


class XmlFormat(
    msgspec.Struct, frozen=True, forbid_unknown_fields=True, tag_field="kind", tag="xml", omit_defaults=True
):
    """One XML document a record. Paths: names of elements from the root on, then `@attribute` or `#text`.

    `arrays`: elements that are an array of objects, also where one stands alone. `children`: elements whose elements
    are an array `#children` in their order, each with its `#name`. `namespaces`: (prefix, URI) of names that have one.
    """

    arrays: tuple[str, ...] = ()
    children: tuple[str, ...] = ()
    namespaces: tuple[tuple[str, str], ...] = ()


class MsgpackFormat(
    msgspec.Struct, frozen=True, forbid_unknown_fields=True, tag_field="kind", tag="msgpack", omit_defaults=True
):
    """One MessagePack value a record: a map, or any other one if the only field has the empty path.

    `sequence`: a record is any number of values one after the other, which are read as one array of them.
    """

    sequence: bool = False


class HexFormat(msgspec.Struct, frozen=True, forbid_unknown_fields=True, tag_field="kind", tag="hex"):
    """All bytes of the record, in hexadecimal, are the only field."""


SYSLOG_PARTS = (
    "timestamp",
    "hostname",
    "appname",
    "procid",
    "msgid",
    "message",
    "priority",
    "facility",
    "facility_code",
    "severity",
    "severity_code",
    "version",
)

DocumentFormat = XmlFormat | MsgpackFormat | HexFormat
"""A record of these may hold any bytes, line breaks too."""

Format = (
    JsonFormat
    | CsvFormat
    | RegexFormat
    | RawFormat
    | KeyValueFormat
    | SyslogFormat
    | InfluxFormat
    | XmlFormat
    | MsgpackFormat
    | HexFormat
)
