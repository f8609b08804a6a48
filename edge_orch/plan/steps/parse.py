"""More fields out of a text."""

from __future__ import annotations

import msgspec

from edge_orch.plan.formats import Format
from edge_orch.plan.schema import Schema
from edge_orch.plan.steps.schematize import ParsedField


class Reading(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A format, and the fields that are read by it."""

    format: Format
    fields: tuple[ParsedField, ...]


class Parse(msgspec.Struct, frozen=True, forbid_unknown_fields=True, tag_field="kind", tag="parse", omit_defaults=True):
    """Add fields that are read from the text in `field`, or make a dead letter of the record.

    The text is read in the first format that it fits: `format`, then those of `others`. Fields of the record that have
    the name of one that is read are replaced.
    """

    name: str
    input: str
    field: str
    format: Format
    fields: tuple[ParsedField, ...]
    schema: Schema
    others: tuple[Reading, ...] = ()

    @property
    def readings(self) -> tuple[Reading, ...]:
        """All formats, in the order in which they are tried."""
        return (Reading(self.format, self.fields), *self.others)


def united(readings: tuple[tuple[ParsedField, ...], ...]) -> tuple[ParsedField, ...]:
    """The fields that a record has whichever of these it was read as: what is not in all of them is not required."""
    union: dict[str, ParsedField] = {}
    for fields in readings:
        for field in fields:
            known = union.get(field.name, field)
            union[field.name] = msgspec.structs.replace(known, required=known.required and field.required)
    everywhere = set.intersection(*({field.name for field in fields} for fields in readings))
    return tuple(
        field if field.name in everywhere else msgspec.structs.replace(field, required=False)
        for field in union.values()
    )
