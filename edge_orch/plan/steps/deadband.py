"""What moves."""

from __future__ import annotations

import msgspec

from edge_orch.plan.schema import Schema


class Deadband(
    msgspec.Struct, frozen=True, forbid_unknown_fields=True, tag_field="kind", tag="deadband", omit_defaults=True
):
    """Pass a record when one of `fields` has moved by more than its band since the last of its key that passed.

    Or when that one lies `every_us` back. `fields`: (field, band). A band of 0, which a field of any type may have: any
    change counts. To and from NULL always does.
    `percent`: fields of which the band is per cent of what passed last.
    """

    name: str
    input: str
    keys: tuple[str, ...]
    fields: tuple[tuple[str, float], ...]
    every_us: int
    schema: Schema
    percent: tuple[str, ...] = ()
