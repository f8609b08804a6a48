"""Several branches in one."""

from __future__ import annotations

from collections.abc import Iterable

import msgspec

from edge_orch.plan.schema import Schema


class Union(msgspec.Struct, frozen=True, forbid_unknown_fields=True, tag_field="kind", tag="union"):
    """Pass on the records of all inputs, with the fields of all: NULL where an input has no such field.

    An `int` becomes a `float` where another input has that. A record that comes by two inputs is passed on twice.
    """

    name: str
    inputs: tuple[str, ...]
    schema: Schema


_PLUS = " + "


def joined(names: Iterable[str]) -> str:
    """The name under which records of these steps together can be taken; of one alone, its own."""
    return _PLUS.join(names)


def is_joined(name: str) -> bool:
    """Whether it names the records of several steps."""
    return _PLUS in name
