"""Times in a test file: absolute, or counted from the start of the test case."""

from __future__ import annotations

from typing import ClassVar

from edge_orch.errors import Invalid, Problem
from edge_orch.spec.amounts import duration_meant
from edge_orch.spec.leaves import Leaf
from edge_orch.spec.nodes import Scalar, described
from edge_orch.time import parse_duration, parse_timestamp


class Timestamp(Leaf, frozen=True):
    """RFC 3339; `value` in microseconds since the epoch."""

    value: int
    expected: ClassVar[str] = "a time like 2026-01-01T00:00:00Z"

    @classmethod
    def parse(cls, node: Scalar) -> int:
        try:
            return parse_timestamp(node.text)
        except (ValueError, OverflowError):
            raise Invalid(Problem("not a time", node.where, cls.expected, described(node))) from None


class Moment(Leaf, frozen=True):
    """RFC 3339, or a duration after the start of the case."""

    value: str
    expected: ClassVar[str] = "a time like 2026-01-01T00:00:00Z, or one after the start like 12s"

    @classmethod
    def parse(cls, node: Scalar) -> str:
        for reader in (parse_duration, parse_timestamp):
            try:
                reader(node.text)
            except (ValueError, OverflowError, Invalid):
                continue
            return node.text
        next_step = duration_meant(node.text)
        raise Invalid(Problem("not a time", node.where, cls.expected, described(node), next_step))

    def after(self, start_us: int) -> int:
        """Microseconds since the epoch."""
        try:
            return start_us + parse_duration(self.value)
        except Invalid:
            return parse_timestamp(self.value)
