"""Aggregates of the last records."""

from __future__ import annotations

import msgspec

from edge_orch.plan.schema import Schema
from edge_orch.plan.steps.aggregate import Aggregation


class Moving(msgspec.Struct, frozen=True, forbid_unknown_fields=True, tag_field="kind", tag="moving"):
    """Add `compute` over the last `last` records of the same key, this one included, of the last `within_us`."""

    name: str
    input: str
    keys: tuple[str, ...]
    compute: tuple[Aggregation, ...]
    last: int
    within_us: int
    schema: Schema
