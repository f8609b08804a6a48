"""What every aggregate function can do."""

from __future__ import annotations

from collections.abc import Sequence
from math import inf
from typing import Any

Value = bool | int | float | str | None


class Accumulator:
    """One aggregate of one key in one window."""

    __slots__ = ()

    def fold(self, values: Sequence[Any]) -> None:
        """Take values (for `First` and `Last`: pairs of event time and value)."""
        raise NotImplementedError

    def value(self) -> Value:
        """The aggregate of all values so far; a float is finite."""
        raise NotImplementedError

    def merge(self, other: Any) -> None:
        """Take all that `other`, of the same kind, has taken, as if it came after; `other` is left as it is."""
        raise NotImplementedError

    def state(self) -> Any:
        """What `restore` goes on from, in msgpack's types."""
        raise NotImplementedError

    def restore(self, state: Any) -> None:
        """Go on from `state`."""
        raise NotImplementedError


def finite(value: float) -> float | None:
    """The same number, or NULL for an infinity or what is no number."""
    return value if -inf < value < inf else None
