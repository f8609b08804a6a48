"""`running: {keys: [machine], begin: new_order, compute: {made: sum(pieces)}}`."""

from __future__ import annotations

from typing import Annotated, ClassVar

from edge_orch.spec.leaves import Name, Sql
from edge_orch.spec.model import Model
from edge_orch.spec.reading import Doc


class Carried(Model, frozen=True):
    """A value that is made of the one it had before."""

    init: Annotated[Sql, Doc("what it was before the first record, such as 0: an expression over that record")]
    next: Annotated[Sql, Doc("what it is, of what it was and of the record: `level + flow`")]


class Running(Model, frozen=True):
    """Add aggregates of all records of the same key so far, this one included, to each record: counters and totals.

    `state` adds values that are made of what they were before: an expression in which its own name, and those of the
    others, stand for what they were. Where that gives NULL, a value stays what it was.

    With `begin` they begin anew at each record for which it is true, with `end` after each one, as a cycle window does;
    with both they are those of no record in between. As SQL's OVER (PARTITION BY … ROWS UNBOUNDED PRECEDING), in the
    order in which records come.
    """

    example: ClassVar[str] = """
running:
  keys: [sensor]
  compute: {n: count(*), max_c: max(temp_c)}
  state:
    smooth_c: {init: temp_c, next: smooth_c + 0.5 * (temp_c - smooth_c)}
"""
    keys: Annotated[tuple[Name, ...], Doc("fields that tell series apart; left out: one series of all", default="[]")]
    begin: Annotated[Sql | None, Doc("a condition, true for a record with which they begin anew")]
    end: Annotated[Sql | None, Doc("a condition, true for a record after which they begin anew")]
    compute: Annotated[dict[Name, Sql], Doc("new field: aggregate, such as {made: sum(pieces)}", default="{}")]
    state: Annotated[
        dict[Name, Carried],
        Doc("new field: {init: …, next: …}, such as {level: {init: 0, next: 'clamp(level + x, 0, 9)'}}", default="{}"),
    ]
