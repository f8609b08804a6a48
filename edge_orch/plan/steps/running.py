"""Aggregates of all records so far."""

from __future__ import annotations

import msgspec

from edge_orch.plan.expression import Expression
from edge_orch.plan.schema import Schema
from edge_orch.plan.steps.aggregate import Aggregation


class Running(msgspec.Struct, frozen=True, tag_field="kind", tag="running"):
    """Add `compute` over all records of the same key so far, this one included.

    They begin anew at a record for which `begin` is true, and after one for which `end` is. With both, a record that
    lies between has those of no record.
    """

    name: str
    input: str
    keys: tuple[str, ...]
    compute: tuple[Aggregation, ...]
    begin: Expression | None
    end: Expression | None
    schema: Schema

    @property
    def has_gaps(self) -> bool:
        """Whether records may lie between an end and a beginning."""
        return self.begin is not None and self.end is not None
