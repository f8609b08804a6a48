"""A record for each element."""

from __future__ import annotations

import msgspec

from edge_orch.plan.schema import Schema
from edge_orch.plan.steps.schematize import ParsedField


class Explode(msgspec.Struct, frozen=True, forbid_unknown_fields=True, tag_field="kind", tag="explode"):
    """Each element of the JSON array in `field` becomes a record: the other fields of its parent, then `fields` of it.

    The paths of `fields` begin at the element; the empty path is the element itself. NULL counts as an empty array.
    With a `separator` the elements are the parts of a text between such; an empty text has none. With a `key` the text
    is a JSON object, the elements are the values of its members, and their names go there. `index` counts from 0.
    `nested`: members that are objects are taken apart in their turn; the name of a member is that of its object, a dot,
    and its own.
    """

    name: str
    input: str
    field: str
    fields: tuple[ParsedField, ...]
    schema: Schema
    separator: str | None = None
    key: str | None = None
    index: str | None = None
    nested: bool = False
