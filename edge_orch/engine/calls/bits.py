"""Functions of bits. Integers are two's complement, 64 bits wide."""

from __future__ import annotations

import math
import struct

from edge_orch.engine.calls.number import IntegerOverflow
from edge_orch.engine.texts import LARGEST, SMALLEST

_ALL = (1 << 64) - 1
_HEXADECIMAL = set("0123456789abcdefABCDEF")
_DIGITS = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"


def shift_left(value: int, by: int) -> int | None:
    """Overflow where that leaves 64 bits; NULL for a shift by fewer than 0 or more than 63."""
    if not 0 <= by <= 63:
        return None
    shifted = value << by
    if SMALLEST <= shifted <= LARGEST:
        return shifted
    raise IntegerOverflow


def shift_right(value: int, by: int) -> int | None:
    """The sign stays; NULL for a shift by fewer than 0 or more than 63."""
    return value >> by if 0 <= by <= 63 else None


def bit_count(value: int) -> int:
    """How many of the 64 bits are set."""
    return (value & _ALL).bit_count()


def signed(value: int, width: int) -> int | None:
    """The lowest bits as a number in two's complement; NULL for a width of fewer than 1 or more than 64."""
    if not 1 <= width <= 64:
        return None
    low = value & ((1 << width) - 1)
    return low - (1 << width) if low >> (width - 1) else low


def float32(value: int) -> float | None:
    """The number that these 32 bits are by IEEE 754; NULL for more bits, infinities and what is no number."""
    if not 0 <= value < 1 << 32:
        return None
    number: float = struct.unpack(">f", value.to_bytes(4, "big"))[0]
    return number if math.isfinite(number) else None


def float64(value: int) -> float | None:
    """The number that these 64 bits are by IEEE 754; NULL for infinities and what is no number."""
    number: float = struct.unpack(">d", (value & _ALL).to_bytes(8, "big"))[0]
    return number if math.isfinite(number) else None


def to_hex(value: int) -> str:
    """The 64 bits in hexadecimal, in capitals, without leading zeros."""
    return f"{value & _ALL:X}"


def from_hex(text: str) -> int | None:
    """At most 64 bits in hexadecimal, perhaps after `0x`; NULL for anything else."""
    digits = text.strip().lower().removeprefix("0x")
    if not 1 <= len(digits) <= 16 or set(digits) - set("0123456789abcdef"):
        return None
    return signed(int(digits, 16), 64)


def reverse_bytes(text: str) -> str | None:
    """Hexadecimal with its last byte first, letters as they came; NULL unless two digits a byte."""
    if not _is_bytes(text):
        return None
    return "".join(text[at : at + 2] for at in range(len(text) - 2, -1, -2))


def hex_to_text(text: str) -> str | None:
    """The UTF-8 text of these bytes but for the NULs at its end, by which devices fill it up; NULL if they are none."""
    try:
        return bytes.fromhex(text).rstrip(b"\0").decode() if _is_bytes(text) else None
    except UnicodeDecodeError:
        return None


def from_base(text: str, base: int) -> int | None:
    """A whole number in digits of that base, perhaps with a sign; NULL for anything else, and beyond 64 bits."""
    digits = text.strip().upper()
    sign = digits[:1] if digits[:1] in ("+", "-") else ""
    digits = digits.removeprefix(sign)
    if not (2 <= base <= 36 and 1 <= len(digits) <= 64) or set(digits) - set(_DIGITS[:base]):
        return None
    value = int(sign + digits, base)
    return value if SMALLEST <= value <= LARGEST else None


def to_base(value: int, base: int) -> str | None:
    """Its digits in that base, in capitals, behind a sign if it is negative; NULL for a base that is none."""
    if not 2 <= base <= 36:
        return None
    left, digits = abs(value), ""
    while left or not digits:
        left, digit = divmod(left, base)
        digits = _DIGITS[digit] + digits
    return f"-{digits}" if value < 0 else digits


def _is_bytes(text: str) -> bool:
    """Whether it is hexadecimal, two digits a byte."""
    return not len(text) % 2 and not set(text) - _HEXADECIMAL
