from __future__ import annotations

import pytest

from edge_orch.engine.calls import bits
from edge_orch.engine.calls.number import IntegerOverflow


def test_two_registers_are_a_float() -> None:
    high, low = 0x41BE, 0xA3D7  # 23.83, as a Modbus device sends it
    assert bits.float32(high << 16 | low) == pytest.approx(23.83)
    assert bits.float32(0x7F80_0000) is None  # infinity
    assert bits.float32(0x7FC0_0000) is None  # no number
    assert bits.float32(-1) is bits.float32(1 << 32) is None


def test_a_register_has_a_sign() -> None:
    assert [bits.signed(value, 16) for value in (0, 1, 0x7FFF, 0x8000, 0xFFFF, 0x1_FFFF)] == [
        0,
        1,
        32767,
        -32768,
        -1,
        -1,
    ]
    assert bits.signed(-1, 64) == -1
    assert bits.signed(1, 0) is bits.signed(1, 65) is None


def test_shifts_stay_within_64_bits() -> None:
    assert (bits.shift_left(1, 62), bits.shift_left(-1, 63)) == (1 << 62, -(1 << 63))
    with pytest.raises(IntegerOverflow):
        bits.shift_left(1, 63)
    assert bits.shift_right(-1, 63) == -1
    assert bits.shift_left(1, 64) is bits.shift_left(1, -1) is bits.shift_right(1, 64) is None


def test_hexadecimal_goes_there_and_back() -> None:
    for value in (0, 255, -1, (1 << 63) - 1, -(1 << 63)):
        assert bits.from_hex(bits.to_hex(value)) == value
    assert bits.from_hex(" 0x0F ") == 15
    assert [bits.from_hex(text) for text in ("", "0x", "g", "1" * 17, "+1", "1_0", "١")] == [None] * 7
