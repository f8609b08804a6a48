"""Functions of bits. Integers are two's complement, 64 bits wide."""

from __future__ import annotations

import math
import struct

from edge_orch.engine.calls.number import IntegerOverflow
from edge_orch.engine.texts import LARGEST, SMALLEST

_ALL = (1 << 64) - 1


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


def to_hex(value: int) -> str:
    """The 64 bits in hexadecimal, in capitals, without leading zeros."""
    return f"{value & _ALL:X}"


def from_hex(text: str) -> int | None:
    """At most 64 bits in hexadecimal, perhaps after `0x`; NULL for anything else."""
    digits = text.strip().lower().removeprefix("0x")
    if not 1 <= len(digits) <= 16 or set(digits) - set("0123456789abcdef"):
        return None
    return signed(int(digits, 16), 64)
