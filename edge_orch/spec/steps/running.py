"""`running: {keys: [machine], begin: new_order, compute: {made: sum(pieces)}}`."""

from __future__ import annotations

from typing import Annotated, ClassVar

from edge_orch.spec.leaves import Name, Sql
from edge_orch.spec.model import Model
from edge_orch.spec.reading import Doc


class Running(Model, frozen=True):
    """Add aggregates of all records of the same key so far, this one included, to each record: counters and totals.

    With `begin` they begin anew at each record for which it is true, with `end` after each one, as a cycle window does;
    with both they are those of no record in between. As SQL's OVER (PARTITION BY … ROWS UNBOUNDED PRECEDING), in the
    order in which records come.
    """

    example: ClassVar[str] = "running: {keys: [sensor], begin: temp_c < 50, compute: {n: count(*), max_c: max(temp_c)}}"
    keys: Annotated[tuple[Name, ...], Doc("fields that tell series apart; left out: one series of all", default="[]")]
    begin: Annotated[Sql | None, Doc("a condition, true for a record with which they begin anew")]
    end: Annotated[Sql | None, Doc("a condition, true for a record after which they begin anew")]
    compute: Annotated[dict[Name, Sql], Doc("new field: aggregate, such as {made: sum(pieces)}")]
