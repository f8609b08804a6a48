"""A signature: what the arguments of a function may be, and what comes of it."""

from __future__ import annotations

from typing import Literal as OneOf

import msgspec

from edge_orch.plan.schema import FieldType

# What an argument may be, beyond one type: any type; a number; a type shared by all `same` arguments; a number shared
# likewise; a literal regular expression, unit of time, time zone, form of timestamps, length of time,
# path into JSON or network of addresses; what is said of each element of the argument before.
Kind = (
    FieldType
    | OneOf["any", "number", "same", "same_number", "regex", "unit", "zone", "form", "written_form", "length"]
    | OneOf["json_path", "network", "lambda"]
)

BOOL, INT, FLOAT, STRING, TIMESTAMP = FieldType


class Function(msgspec.Struct, frozen=True):
    """A signature. The last `optional` arguments may be left out; if `variadic`, the last kind repeats.

    `result` None: the type that the `same` arguments share. `null`: when the result is NULL: with any argument, only
    with all of them, also on its own account (a failed parse, an overflow, no match), or never. `example`: a whole
    expression over a record with ts, sensor and temp_c; the reference shows what it gives.
    `full`: its name in a plan when every argument is given, if an agent from before knows it by fewer.
    """

    args: tuple[Kind, ...]
    result: FieldType | None
    doc: str
    optional: int = 0
    variadic: bool = False
    null: OneOf["any", "all", "may_fail", "never"] = "any"
    units: tuple[str, ...] = ()
    example: str = ""
    full: str = ""
