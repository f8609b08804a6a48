"""What the latest value was."""

from __future__ import annotations

import msgspec

from edge_orch.plan.schema import Schema


class Latest(msgspec.Struct, frozen=True, forbid_unknown_fields=True, tag_field="kind", tag="latest"):
    """Add `fields` (new field, field): the latest value, not NULL, in this or an earlier record of the same key.

    Not later than the record, and not before it by more than `within_us`; NULL where there is none.
    """

    name: str
    input: str
    keys: tuple[str, ...]
    fields: tuple[tuple[str, str], ...]
    within_us: int
    schema: Schema
