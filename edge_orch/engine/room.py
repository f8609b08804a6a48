"""How much memory a step may take for its state: estimated, so that it costs next to nothing, and the same everywhere.

The limit of a job (`limits.state`) is shared evenly by its steps that keep state: what one of them holds never takes
room from another, so that what a step does depends on its own records only. What happens when there is no room:

    a new key of an aggregate or an alert    is refused: its record is a dead letter, for the reason `STATE_LIMIT`;
                                             keys that are known go on
    a memory (dedupe, lag, moving …)         forgets what is oldest, counted as `evicted`
    an aggregate that grows with its values  (count(DISTINCT x), quantiles) gives up: NULL for that key and window,
                                             counted as `evicted`

Of what an aggregate may take, a third is for values that wait to be folded: see `Room.buffered`.
"""

from __future__ import annotations

from typing import Any, Protocol

from edge_orch.engine.account import Account

STATE_LIMIT = "state_limit: no room for another key"
"""Why a record is a dead letter whose key found no room."""

ENTRY = 160  # a key in a dictionary, and what it leads to
VALUE = 32  # a number, and the place that holds it
TEXT = 64  # a text, beside its letters
WAITING_TEXT = 192
"""Letters of a text that may wait in a lane, where it counts as `TEXTS` values; a longer one does not wait."""
TEXTS = (TEXT + WAITING_TEXT) // VALUE
MOST_BUFFERED, LEAST_BUFFERED = 512, 8
UNFOLDED, UNFOLDED_CELL = 8192, 8


def weight(key: Any) -> int:
    """Estimated bytes of a key or a value: a scalar, or a tuple of such."""
    if isinstance(key, tuple):
        return VALUE + sum(map(weight, key))
    return TEXT + len(key) if isinstance(key, str) else VALUE


class Grows(Protocol):
    """What holds more, the more it is given. `charged`: what of its size it has room for."""

    charged: int

    def size(self) -> int:
        """Estimated bytes of what it holds."""
        ...

    def give_up(self) -> None:
        """Hold nothing any more."""
        ...


class Room:
    """What one step may take, in bytes, and what it has taken. `count`: the step's account."""

    def __init__(self, limit: int, count: Account) -> None:
        self.limit = limit
        self.used = 0
        self.count = count

    def take(self, size: int, within: int | None = None) -> bool:
        """Take so much, if there is room within the limit (or less)."""
        if self.used + size > (self.limit if within is None else within):
            return False
        self.used += size
        return True

    def give(self, size: int) -> None:
        """Give back what was taken."""
        self.used -= size

    def charge(self, growing: Grows, within: int | None = None) -> None:
        """Take or give what its size has changed by; where there is no room for it, it gives up, which is counted."""
        size = growing.size()
        if size > growing.charged and not self.take(size - growing.charged, within):
            self.give(growing.charged)
            growing.give_up()
            self.count.evicted += 1
            size = 0
        elif size < growing.charged:
            self.give(growing.charged - size)
        growing.charged = size

    @property
    def held(self) -> int:
        """What of an aggregate's limit is for cells, and what they hold when their values are folded."""
        return self.limit * 2 // 3

    def buffered(self, lanes: int) -> int:
        """How many values a new lane may hold before they are folded, when so many lanes are there already.

        The n-th lane may hold a sixteenth of the limit, divided by n: all together hold less than a third, since the
        sum of 1/n grows by 4.2 only from where 512 are too many to where no less than 8 make sense.
        """
        most = self.limit // 16 // (VALUE * max(lanes, 1))
        return max(LEAST_BUFFERED, min(MOST_BUFFERED, most))

    def unfolded(self, *, texts: bool) -> tuple[int, int]:
        """How many values are let lie in lanes, and how many more for each cell, before full lanes are folded."""
        if texts:
            return min(UNFOLDED, self.limit // 16 // VALUE) // TEXTS, UNFOLDED_CELL // TEXTS
        return UNFOLDED, UNFOLDED_CELL
