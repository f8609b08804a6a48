"""Types of fields, and the schema of the records on one edge of the graph."""

from __future__ import annotations

from enum import StrEnum

import msgspec


class FieldType(StrEnum):
    """The types a field or an expression can have. Inside: bool, int (64 bit), float, str, int (microseconds)."""

    BOOL = "bool"
    INT = "int"
    FLOAT = "float"
    STRING = "string"
    TIMESTAMP = "timestamp"


class Field(msgspec.Struct, frozen=True, forbid_unknown_fields=True, array_like=True, omit_defaults=True):
    """A named, typed column. A `required` field is never NULL, so generated code skips its NULL checks.

    `json`: its text is JSON, and stands as such, not as a text, in what leaves.
    """

    name: str
    type: FieldType
    required: bool = False
    json: bool = False


class Schema(msgspec.Struct, frozen=True, forbid_unknown_fields=True, array_like=True):
    """The columns of a record in order, and which of them is the event time (None: the time of arrival)."""

    fields: tuple[Field, ...]
    time: str | None = None

    def get(self, name: str) -> Field | None:
        """The field of that name, or None."""
        return next((field for field in self.fields if field.name == name), None)

    @property
    def names(self) -> tuple[str, ...]:
        """Column names, in order."""
        return tuple(field.name for field in self.fields)
