"""What generated code knows about the record it is looking at."""

from __future__ import annotations

from collections.abc import Callable

import msgspec

from edge_orch.plan.schema import FieldType


class Symbol(msgspec.Struct, frozen=True):
    """The code of a value that may be repeated at no cost (a variable, an attribute or, if it is `fixed`, a literal).

    `text`: a variable that holds a timestamp as it stands in JSON, if there is one. `real`: one that holds it as a
    float that is not rounded yet (see `real_time`), if there is one.
    """

    code: str
    type: FieldType
    nullable: bool
    fixed: bool = False
    text: str = ""
    real: str = ""


class Ticking(msgspec.Struct, frozen=True):
    """A clock and the variables it is driven by. `real`: whether `limit` and `top` are floats (see `real_time`)."""

    pace: tuple[int, bool]
    clock: str
    limit: str
    top: str
    real: bool

    @property
    def newest(self) -> str:
        """Code of the newest event time of the batch's partition."""
        return f"round({self.top})" if self.real else self.top

    def limit_of(self, moment: str) -> str:
        """Code of what to set `limit` to, so that it stands for that moment."""
        return f"first_real({moment})" if self.real else moment


class Scope(msgspec.Struct, frozen=True):
    """The record between two steps.

    `time`: its event time. `clocks`: those its schematize step moves; none below an aggregate, whose windows move what
    follows. `kill`: a call that makes the record a dead letter, with
    `{step}`, `{reason}` and `{field}` left open. `passed`: how many such records there were, an integer expression
    valid at the end of the function. `carrier`: a variable that holds the whole record in encodable form, if any.
    `in_main`: whether it came straight from the source. `sourced`: whether variables hold the `partition` and the
    `context` it came with; outside of main they are None and empty where it came with none.
    """

    columns: dict[str, Symbol]
    time: Symbol
    clocks: tuple[Ticking, ...]
    kill: str
    passed: str
    carrier: str | None = None
    in_main: bool = True
    sourced: bool = True


class Arrival(msgspec.Struct, frozen=True):
    """Where the records of one branch come to a union. `write`: writes the line that hands them on."""

    scope: Scope
    write: Callable[[str], None]
