"""Text → typed values. Stricter than Python: no underscores, no non-ASCII digits, no NaN, no infinity."""

from __future__ import annotations

from collections.abc import Callable
from math import inf

SMALLEST = -(1 << 63)
LARGEST = (1 << 63) - 1

_BOOLS = dict.fromkeys(("true", "t", "yes", "y", "1"), True) | dict.fromkeys(("false", "f", "no", "n", "0"), False)

Number = Callable[[str], float]


def to_int(text: str) -> int:
    """Decimal digits with an optional sign, 64 bit; blanks around are allowed. Raises `ValueError`."""
    try:
        value = int(_plain(text))
    except ValueError:
        raise ValueError("is not an integer") from None
    if SMALLEST <= value <= LARGEST:
        return value
    raise ValueError("does not fit in 64 bits")


def to_float(text: str) -> float:
    """A finite decimal number; blanks around are allowed. Raises `ValueError`."""
    try:
        value = float(_plain(text))
    except ValueError:
        raise ValueError("is not a number") from None
    if -inf < value < inf:
        return value
    raise ValueError("is not a finite number")


def to_comma_float(text: str) -> float:
    """The same with a comma before the fraction. A point is refused: it might part thousands. Raises `ValueError`."""
    if "." in text:
        raise ValueError("is not a number with a comma")
    return to_float(text.replace(",", "."))


def to_bool(text: str) -> bool:
    """true/false, t/f, yes/no, y/n, 1/0 in any case. Raises `ValueError`."""
    try:
        return _BOOLS[text.strip().lower()]
    except KeyError:
        raise ValueError("is not true or false") from None


def plain_float(text: str) -> float:
    """A float from text, as strict as `to_float` except that it may be infinite or NaN: callers check bounds."""
    return float(_plain(text))


def _plain(text: str) -> str:
    if "_" in text or not text.isascii():
        raise ValueError("is not a number")
    return text
