"""Functions of numbers. Floats stay finite: what would not be is NULL."""

from __future__ import annotations

import math
from math import inf
from typing import Any

from edge_orch.engine.texts import LARGEST, SMALLEST


class IntegerOverflow(Exception):
    """An integer result does not fit in 64 bits: an error on the record."""


def overflow() -> int:
    """Raise `IntegerOverflow`, where an expression is needed."""
    raise IntegerOverflow


def finite(value: float) -> float | None:
    """The value, or NULL when it is infinite or no number."""
    return value if -inf < value < inf else None


def div(a: float, b: float) -> float | None:
    """Float division; NULL by zero."""
    return finite(a / b) if b else None


def mod(a: float, b: float) -> float | None:
    """Remainder with the sign of `a`, as in DuckDB; NULL by zero."""
    if not b:
        return None
    if isinstance(a, int) and isinstance(b, int):
        rest = abs(a) % abs(b)
        return -rest if a < 0 else rest
    return math.fmod(a, b)


def neg(value: float) -> float:
    """The negative; overflow for the smallest integer."""
    return _checked(-value)


def absolute(value: float) -> float:
    """The magnitude; overflow for the smallest integer."""
    return _checked(abs(value))


def rounded(value: float, digits: int = 0) -> float | None:
    """To so many digits after the point (before it, if negative), half away from zero."""
    if not -400 < digits < 400:
        return value if digits > 0 else type(value)(0)
    if isinstance(value, int):
        if digits >= 0:
            return value
        unit = 10**-digits
        half_up = (abs(value) + unit // 2) // unit * unit
        return _checked(half_up if value >= 0 else -half_up)
    if abs(value) >= 2.0**52 and digits >= 0:
        return value
    # Decimal text says which side of the half a binary float lies on: 2.675 is below, 0.5 is on it.
    scaled = abs(value) * 10.0**digits if digits <= 300 else inf
    if scaled == inf:
        return value
    whole = math.floor(scaled)
    result = (whole + (scaled - whole >= 0.5)) / 10.0**digits if digits > -300 else 0.0
    return finite(math.copysign(result, value))


def floor(value: float) -> float:
    """Towards minus infinity, in the argument's type."""
    return value if isinstance(value, int) else float(math.floor(value))


def ceil(value: float) -> float:
    """Towards infinity, in the argument's type."""
    return value if isinstance(value, int) else float(math.ceil(value))


def power(base: float, exponent: float) -> float | None:
    """`base` to the `exponent`; NULL where that is no finite real number."""
    try:
        return finite(math.pow(base, exponent))
    except (ValueError, OverflowError):
        return None


def sqrt(value: float) -> float | None:
    """The square root; NULL of a negative number."""
    return math.sqrt(value) if value >= 0 else None


def ln(value: float) -> float | None:
    """The natural logarithm; NULL unless positive."""
    return math.log(value) if value > 0 else None


def log10(value: float) -> float | None:
    """The decimal logarithm; NULL unless positive."""
    return math.log10(value) if value > 0 else None


def log2(value: float) -> float | None:
    """The binary logarithm; NULL unless positive."""
    return math.log2(value) if value > 0 else None


def exp(value: float) -> float | None:
    """The power of e; NULL on overflow."""
    try:
        return math.exp(value)
    except OverflowError:
        return None


def asin(value: float) -> float | None:
    """The angle of this sine; NULL if there is none."""
    return math.asin(value) if -1 <= value <= 1 else None


def acos(value: float) -> float | None:
    """The angle of this cosine; NULL if there is none."""
    return math.acos(value) if -1 <= value <= 1 else None


def degrees(value: float) -> float | None:
    """Radians → degrees; NULL on overflow."""
    return finite(math.degrees(value))


def sign(value: float) -> int:
    """-1, 0 or 1."""
    return (value > 0) - (value < 0)


def trunc(value: float) -> float:
    """Towards zero, in the argument's type."""
    return value if isinstance(value, int) else float(math.trunc(value))


def trunc_digits(value: float, digits: int) -> float:
    """Towards zero to so many decimal digits after the point (before it, if negative), in the argument's type.

    Of the digits that the number is written with: 2.3 to two of them is 2.3, although the float lies below it.
    """
    if isinstance(value, int) or digits < 0:
        whole = int(value)
        rest = abs(whole) % 10 ** min(max(-digits, 0), 400)
        return type(value)(whole - rest if whole >= 0 else whole + rest)
    nearest = round(value, digits)
    beyond = abs(nearest) > abs(value)
    return round(nearest - math.copysign(10.0**-digits, value), digits) if beyond else nearest


def sinh(value: float) -> float | None:
    """The hyperbolic sine; NULL on overflow."""
    try:
        return math.sinh(value)
    except OverflowError:
        return None


def cosh(value: float) -> float | None:
    """The hyperbolic cosine; NULL on overflow."""
    try:
        return math.cosh(value)
    except OverflowError:
        return None


def clamp(value: float, low: float, high: float) -> float:
    """The value kept within both bounds; the upper one wins where they cross."""
    return min(max(value, low), high)


def _checked(value: float) -> float:
    if isinstance(value, int) and not SMALLEST <= value <= LARGEST:
        raise IntegerOverflow
    return value


def largest_of(*values: Any) -> Any:
    """The largest that is not NULL, of any type; NULL if there is none."""
    return max((value for value in values if value is not None), default=None)


def smallest_of(*values: Any) -> Any:
    """The smallest that is not NULL, of any type; NULL if there is none."""
    return min((value for value in values if value is not None), default=None)


MOST_DIGITS = 15
"""Digits after the point that `fixed` writes: a float has no more."""


def fixed(value: float, digits: int) -> str | None:
    """With so many digits after the point; NULL for fewer than none or more than `MOST_DIGITS`."""
    return f"{value:.{digits}f}" if 0 <= digits <= MOST_DIGITS else None
