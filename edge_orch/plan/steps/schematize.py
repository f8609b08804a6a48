"""Raw bytes → typed record."""

from __future__ import annotations

import msgspec

from edge_orch.plan.formats import Format
from edge_orch.plan.schema import FieldType, Schema


class ParsedField(msgspec.Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """How `schematize` makes one typed field from raw input; a record that breaks any rule is a dead letter.

    `path`: where the value lies: a JSON path of keys, a CSV column, a regex group, as its format says. `format`: for
    timestamps `unix_s | unix_ms | unix_us | unix_ns | rfc3339` or a strptime pattern. `zone`: IANA zone of timestamps
    that carry no offset. `pattern`: a regular expression that the whole text must match.
    `json`: any JSON value, as its text. `default`: what stands in the place of NULL. `nulls`: texts that mean NULL.
    `decimal`: what stands before the fraction of a float.
    """

    name: str
    type: FieldType
    path: tuple[str, ...]
    required: bool = True
    format: str = "rfc3339"
    zone: str = "UTC"
    min: float | None = None
    max: float | None = None
    pattern: str | None = None
    json: bool = False
    default: bool | int | float | str | None = None
    nulls: tuple[str, ...] = ()
    decimal: str = "."

    @property
    def present(self) -> bool:
        """Whether a record that passes has a value there."""
        return self.required or self.default is not None


class Schematize(msgspec.Struct, frozen=True, forbid_unknown_fields=True, tag_field="kind", tag="schematize"):
    """Raw bytes → typed record, or dead letter.

    A record dated more than `max_ahead_us` after its arrival never moves event time; it is dead where that matters.
    """

    name: str
    input: str
    format: Format
    fields: tuple[ParsedField, ...]
    schema: Schema
    max_ahead_us: int | None = None
