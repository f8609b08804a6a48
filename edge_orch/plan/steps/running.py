"""Aggregates of all records so far."""

from __future__ import annotations

import msgspec

from edge_orch.plan.expression import Expression
from edge_orch.plan.schema import Schema
from edge_orch.plan.steps.aggregate import Aggregation


class Carried(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A field that is made of what it was before: `init` at first, then `next`, in which its name is what it was.

    All fields of one step are made at once. Where `next` is NULL, it stays what it was.
    """

    name: str
    init: Expression
    next: Expression


class Running(msgspec.Struct, frozen=True, forbid_unknown_fields=True, tag_field="kind", tag="running"):
    """Add `compute` over all records of the same key so far, this one included, then `state`.

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
    state: tuple[Carried, ...] | msgspec.UnsetType = msgspec.UNSET  # not in the bytes of a plan without it

    @property
    def carried(self) -> tuple[Carried, ...]:
        """The fields that are made of what they were before."""
        return () if isinstance(self.state, msgspec.UnsetType) else self.state

    @property
    def has_gaps(self) -> bool:
        """Whether records may lie between an end and a beginning."""
        return self.begin is not None and self.end is not None
