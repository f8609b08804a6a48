"""What columns a record has."""

from __future__ import annotations

import msgspec

from edge_orch.plan.expression import Expression
from edge_orch.plan.schema import Schema


class Assignment(msgspec.Struct, frozen=True, forbid_unknown_fields=True, array_like=True):
    """`name = expression`."""

    name: str
    value: Expression


class Map(msgspec.Struct, frozen=True, forbid_unknown_fields=True, tag_field="kind", tag="map"):
    """Add or replace fields (`enrich` and `map` in a job: the same step), then optionally keep or drop some.

    All assignments see the input record, not each other. `schema` says what is left, in order.
    """

    name: str
    input: str
    assignments: tuple[Assignment, ...]
    schema: Schema
