"""Not too many records."""

from __future__ import annotations

import msgspec

from edge_orch.plan.schema import Schema


class Throttle(msgspec.Struct, frozen=True, forbid_unknown_fields=True, tag_field="kind", tag="throttle"):
    """Pass the first `threshold` records of each key in each window of event time, aligned to the Unix epoch."""

    name: str
    input: str
    keys: tuple[str, ...]
    threshold: int
    window_us: int
    schema: Schema
