"""A time of day, as clocks show it."""

from __future__ import annotations

import re
from typing import ClassVar

from edge_orch.errors import Invalid, Problem
from edge_orch.spec.leaves import JsonSchema, Leaf
from edge_orch.spec.nodes import Scalar, described
from edge_orch.time import HOUR, MINUTE


class TimeOfDay(Leaf, frozen=True):
    """What clocks show; `value` in microseconds after midnight."""

    value: int
    expected: ClassVar[str] = "a time of day from 00:00 to 24:00, like '22:00'"
    schema: ClassVar[JsonSchema] = {"type": "string", "pattern": "^([01][0-9]|2[0-3]):[0-5][0-9]$|^24:00$"}

    @classmethod
    def parse(cls, node: Scalar) -> int:
        if not re.fullmatch(str(cls.schema["pattern"]), node.text):
            raise Invalid(Problem("not a time of day", node.where, cls.expected, described(node)))
        hours, minutes = node.text.split(":")
        return int(hours) * HOUR + int(minutes) * MINUTE
