"""No record twice."""

from __future__ import annotations

import msgspec

from edge_orch.plan.schema import Schema


class Dedupe(msgspec.Struct, frozen=True, forbid_unknown_fields=True, tag_field="kind", tag="dedupe"):
    """Pass the first record of each key; drop the others that come within `within_us` of event time."""

    name: str
    input: str
    keys: tuple[str, ...]
    within_us: int
    schema: Schema
