from __future__ import annotations

import pytest

from edge_orch.engine.calls import bits
from edge_orch.engine.calls.number import IntegerOverflow
from edge_orch.engine.texts import LARGEST, SMALLEST


def test_two_registers_are_a_float() -> None:
    high, low = 0x41BE, 0xA3D7  # 23.83, as a Modbus device sends it
    assert bits.float32(high << 16 | low) == pytest.approx(23.83)
    assert bits.float32(0x7F80_0000) is None  # infinity
    assert bits.float32(0x7FC0_0000) is None  # no number
    assert bits.float32(-1) is bits.float32(1 << 32) is None


def test_four_registers_are_a_float() -> None:
    assert bits.float64(0x4024_0000_0000_0000) == 10.0
    assert bits.float64(bits.signed(0xC024_0000_0000_0000, 64) or 0) == -10.0
    assert bits.float64(0x7FF0_0000_0000_0000) is bits.float64(0x7FF8_0000_0000_0000) is None


def test_bytes_in_reverse_order() -> None:
    assert bits.reverse_bytes("E704") == "04E7"
    assert bits.reverse_bytes("00010000ff") == "ff00000100"
    assert bits.reverse_bytes("") == ""
    assert bits.reverse_bytes("E70") is bits.reverse_bytes("0x34") is bits.reverse_bytes("3 4 ") is None


def test_bytes_are_a_text() -> None:
    assert bits.hex_to_text("534e2d303031") == "SN-001"
    assert bits.hex_to_text("C2B0430000") == "\u00b0C", "what fills it up is left out"
    assert bits.hex_to_text("0041") == "\0A"
    assert bits.hex_to_text("") == ""
    assert (
        bits.hex_to_text("FF") is bits.hex_to_text("4") is bits.hex_to_text("41 42") is bits.hex_to_text("xy") is None
    )


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


def test_digits_of_other_bases_go_there_and_back() -> None:
    for value in (0, 1, -1, 255, LARGEST, SMALLEST):
        for base in (2, 8, 10, 16, 36):
            digits = bits.to_base(value, base)
            assert digits is not None
            assert bits.from_base(digits, base) == value
    assert (bits.from_base(" 0077 ", 8), bits.from_base("-ff", 16), bits.to_base(-5, 2)) == (63, -255, "-101")
    assert [bits.from_base(text, 8) for text in ("", "-", "9", "7_7", "+-7", "1" * 65, "٣")] == [None] * 7
    assert bits.from_base("1" + "0" * 63, 2) is bits.from_base("1", 1) is bits.from_base("1", 37) is None
    assert bits.to_base(5, 1) is bits.to_base(5, 37) is None
