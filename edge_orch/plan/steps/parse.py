"""More fields out of a text."""

from __future__ import annotations

import msgspec

from edge_orch.plan.formats import Format
from edge_orch.plan.schema import Schema
from edge_orch.plan.steps.schematize import ParsedField


class Parse(msgspec.Struct, frozen=True, tag_field="kind", tag="parse"):
    """Add `fields` that are read from the text in `field`, in one format, or make a dead letter of the record.

    Fields of the record that have the name of one of `fields` are replaced.
    """

    name: str
    input: str
    field: str
    format: Format
    fields: tuple[ParsedField, ...]
    schema: Schema
