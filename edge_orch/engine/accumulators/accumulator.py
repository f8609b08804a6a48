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

    def merge_all(self, others: Sequence[Any]) -> None:
        """Take all that several have taken, one after the other: for many faster than one by one."""
        for other in others:
            self.merge(other)

    def state(self) -> Any:
        """What `restore` goes on from, in msgpack's types."""
        raise NotImplementedError

    def restore(self, state: Any) -> None:
        """Go on from `state`."""
        raise NotImplementedError


class Growing(Accumulator):
    """One that holds more, the more values it takes, and can give up: then it holds nothing, and its value is NULL.

    `charged`: what of its size it has room for.
    """

    __slots__ = ("charged", "given_up")

    def __init__(self) -> None:
        self.charged = 0
        self.given_up = False

    def size(self) -> int:
        """Estimated bytes of what it holds."""
        raise NotImplementedError

    def give_up(self) -> None:
        """Hold nothing any more."""
        raise NotImplementedError


def finite(value: float) -> float | None:
    """The same number, or NULL for an infinity or what is no number."""
    return value if -inf < value < inf else None
