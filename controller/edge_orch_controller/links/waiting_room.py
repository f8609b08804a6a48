"""The waiting room: how many may wait to be let in, and within what time the others should come back. Pure.

The more have been turned away, the later they are asked to come back: whoever comes to a room that is still full costs
a connection and gets nothing. The estimate may be too high, when somebody is turned away twice; `most_s` bounds it.
"""

from __future__ import annotations


class WaitingRoom:
    """`enter` and, if there was a place, `leave` when it is given up. `every_s`: for each `places` turned away."""

    def __init__(self, places: int, every_s: int, most_s: int) -> None:
        self._places = places
        self._every_s = every_s
        self._most_s = most_s
        self._inside = 0
        self._outside = 0

    def enter(self) -> bool:
        """Whether there is a place; it is taken then."""
        if self._inside >= self._places:
            self._outside += 1
            return False
        self._inside += 1
        self._outside = max(0, self._outside - 1)
        return True

    def leave(self) -> None:
        """A place becomes free. An empty room has nobody outside."""
        self._inside -= 1
        if not self._inside:
            self._outside = 0

    def come_back_within_s(self) -> int:
        """Seconds for whoever was turned away last, to come back at a time of its own within them."""
        return min(self._most_s, self._every_s * (1 + self._outside // max(1, self._places)))
