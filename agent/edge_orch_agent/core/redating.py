"""Redating: what an unknown clock had stamped, once it is known."""

from __future__ import annotations

import msgspec


class Redating(msgspec.Struct, frozen=True):
    """The wall clock at monotonic time 0 of this boot is `offset_us`; None: the boot is over, and nobody will know.

    Every stamp that is negative becomes what it should have been, or 0.
    """

    offset_us: int | None

    def stamp(self, stamp: int) -> int:
        """The stamp as it should have been."""
        if stamp >= 0:
            return stamp
        return 0 if self.offset_us is None else self.offset_us - stamp
