"""A part of the records."""

from __future__ import annotations

import msgspec

from edge_orch.plan.schema import Schema


class Sample(msgspec.Struct, frozen=True, forbid_unknown_fields=True, tag_field="kind", tag="sample"):
    """Pass about `ratio` of all keys, chosen by their hash: all records of a key, or none."""

    name: str
    input: str
    keys: tuple[str, ...]
    ratio: float
    schema: Schema
