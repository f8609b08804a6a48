"""Records in the order of their event time."""

from __future__ import annotations

from typing import Literal as OneOf

import msgspec

from edge_orch.plan.schema import Schema


class Sort(msgspec.Struct, frozen=True, forbid_unknown_fields=True, tag_field="kind", tag="sort"):
    """Hold records until the watermark passes their event time + `grace_us`, and pass them on in its order.

    Those of one moment stand as they came. A partition silent for `idle_us` of arrival time no longer holds the
    watermark back.
    """

    name: str
    input: str
    grace_us: int
    idle_us: int
    on_late: OneOf["dead_letter", "drop"]
    schema: Schema
