"""Event times as floats: microseconds that are not rounded yet.

Numbers of seconds come as floats, and most records only ask whether their time lies before or after another. Comparing
floats is several times faster than to round each and to compare integers of that size. A moment is then what its float
rounds to, and an integer is asked for where one is needed. Rounding never reverses an order; so a float rounds to a
moment or a later one exactly if it is at or beyond the least float that does (`first_real`).
"""

from __future__ import annotations

from math import inf, nextafter

_HALVES = 1 << 51
"""Below it, floats tell halves apart."""


def first_real(moment_us: int) -> float:
    """The least float that rounds to this moment or a later one."""
    if -_HALVES < moment_us < _HALVES:
        # Of a half, the even neighbour is chosen.
        return nextafter(moment_us - 0.5, inf) if moment_us & 1 else moment_us - 0.5
    real = nextafter(float(moment_us) - 0.5, -inf)
    while round(real) < moment_us:
        real = nextafter(real, inf)
    return real


def last_real(moment_us: int) -> float:
    """The greatest float that rounds to this moment or an earlier one."""
    return nextafter(first_real(moment_us + 1), -inf)


def real_bounds(top_us: int, limit_us: int) -> tuple[float, float]:
    """What `Clock.begin` says, as floats: behind the first a record is the newest, from the second on work is due."""
    return last_real(top_us), first_real(limit_us)
