"""What the record before was."""

from __future__ import annotations

import msgspec

from edge_orch.plan.schema import Schema


class Lag(msgspec.Struct, frozen=True, forbid_unknown_fields=True, tag_field="kind", tag="lag", omit_defaults=True):
    """Add `fields` (new field, field of the record `offset` before) of the same key.

    NULL where none lies within `within_us`.
    """

    name: str
    input: str
    keys: tuple[str, ...]
    fields: tuple[tuple[str, str], ...]
    within_us: int
    schema: Schema
    offset: int = 1
