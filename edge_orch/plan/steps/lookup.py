"""Fields from a table."""

from __future__ import annotations

import msgspec

from edge_orch.plan.schema import Schema


class Lookup(msgspec.Struct, frozen=True, forbid_unknown_fields=True, tag_field="kind", tag="lookup"):
    """Add `fields` from the row whose first columns equal the `keys` of the record; NULL if there is none.

    `rows`: first the keys, in their order, then the fields, in theirs. Keys are unique and never NULL.
    """

    name: str
    input: str
    keys: tuple[str, ...]
    fields: tuple[str, ...]
    rows: tuple[tuple[bool | int | float | str | None, ...], ...]
    schema: Schema
