"""What generated code knows about the record it is looking at."""

from __future__ import annotations

import msgspec

from edge_orch.plan.schema import FieldType


class Symbol(msgspec.Struct, frozen=True):
    """The code of a value that may be repeated at no cost (a variable, an attribute or a literal)."""

    code: str
    type: FieldType
    nullable: bool


class Scope(msgspec.Struct, frozen=True):
    """The record between two steps.

    `time`: its event time. `clocks`: those its schematize step moves, each as (pace, variables of clock, limit, top);
    none below an aggregate, whose windows move what follows. `kill`: a call that makes the record a dead letter, with
    `{step}`, `{reason}` and `{field}` left open. `passed`: how many such records there were, an integer expression
    valid at the end of the function. `carrier`: a variable that holds the whole record in encodable form, if any.
    `in_main`: whether it came straight from the source.
    """

    columns: dict[str, Symbol]
    time: Symbol
    clocks: tuple[tuple[tuple[int, bool], str, str, str], ...]
    kill: str
    passed: str
    carrier: str | None = None
    in_main: bool = True
