"""Python expressions as the generator writes them."""

from __future__ import annotations

from math import isfinite
from typing import Any

import msgspec

from edge_orch.errors import Invalid, Problem
from edge_orch.plan.expression import Expression, Literal


class Code(msgspec.Struct, frozen=True):
    """A Python expression. `atom`: repeating it costs nothing. `constant`: the same for all records of a call; `fixed`:
    a literal, the same for ever.
    """

    text: str
    nullable: bool
    atom: bool = False
    constant: bool = False
    fixed: bool = False


NULL = Code("None", nullable=True, atom=True, constant=True, fixed=True)


def literal(value: Any) -> Code:
    """A constant of the plan, through `repr`."""
    if value is None:
        return NULL
    if type(value) not in (bool, int, float, str) or (type(value) is float and not isfinite(value)):
        raise Invalid(Problem("the plan holds a constant this engine cannot write", found=repr(value)))
    code = repr(value)
    return Code(f"({code})" if code.startswith("-") else code, False, atom=True, constant=True, fixed=True)


def written(node: Expression, what: str) -> str:
    """The text of a literal."""
    if not isinstance(node, Literal) or not isinstance(node.value, str):
        raise Invalid(Problem(f"the plan has {what} that is not written out"))
    return node.value
