"""Functions of bits: what registers and flags of devices are read with. Integers have 64."""

from __future__ import annotations

from edge_orch.expr.library.function import FLOAT, INT, STRING, Function

BITS: dict[str, Function] = {
    "bit_and": Function(
        (
            INT,
            INT,
        ),
        INT,
        "bit_and(x, y): also x & y",
        example="bit_and(12, 10)",
    ),
    "bit_or": Function(
        (
            INT,
            INT,
        ),
        INT,
        "bit_or(x, y): also x | y",
        example="bit_or(12, 10)",
    ),
    "xor": Function(
        (
            INT,
            INT,
        ),
        INT,
        "xor(x, y): the bits that differ",
        example="xor(12, 10)",
    ),
    "bit_not": Function((INT,), INT, "bit_not(x): every bit turned over; also ~x", example="bit_not(5)"),
    "shift_left": Function(
        (
            INT,
            INT,
        ),
        INT,
        "shift_left(x, n): by n bits, 0 to 63, else NULL; also x << n",
        null="may_fail",
        example="shift_left(1, 4)",
    ),
    "shift_right": Function(
        (
            INT,
            INT,
        ),
        INT,
        "shift_right(x, n): by n bits, 0 to 63, else NULL; also x >> n",
        null="may_fail",
        example="shift_right(256, 4)",
    ),
    "bit_count": Function((INT,), INT, "bit_count(x): how many of its 64 bits are set", example="bit_count(7)"),
    "signed": Function(
        (
            INT,
            INT,
        ),
        INT,
        "signed(x, n): the lowest n bits of x, 1 to 64, as a number with a sign",
        null="may_fail",
        example="signed(65535, 16)",
    ),
    "float32": Function(
        (INT,),
        FLOAT,
        "float32(x): the number whose 32 bits of IEEE 754 these are; NULL if it is none",
        null="may_fail",
        example="float32(1101004800)",
    ),
    "float64": Function(
        (INT,),
        FLOAT,
        "float64(x): the number whose 64 bits of IEEE 754 these are; NULL if it is none",
        null="may_fail",
        example="float64(from_hex('4034000000000000'))",
    ),
    "to_hex": Function(
        (INT,), STRING, "to_hex(x): its 64 bits in hexadecimal, without leading zeros", example="to_hex(255)"
    ),
    "from_hex": Function(
        (STRING,),
        INT,
        "from_hex(text): a whole number in hexadecimal, at most 64 bits",
        null="may_fail",
        example="from_hex('00ff')",
    ),
    "from_base": Function(
        (STRING, INT),
        INT,
        "from_base(text, n): a whole number in digits of base n, 2 to 36, perhaps with a sign; NULL if it is none",
        null="may_fail",
        example="from_base('1011', 2)",
    ),
    "to_base": Function(
        (INT, INT),
        STRING,
        "to_base(x, n): its digits in base n, 2 to 36, in capitals",
        null="may_fail",
        example="to_base(11, 2)",
    ),
    "reverse_bytes": Function(
        (STRING,),
        STRING,
        "reverse_bytes(text): hexadecimal with its last byte first, for what is little endian; NULL if it is none",
        null="may_fail",
        example="reverse_bytes('3401')",
    ),
    "hex_to_text": Function(
        (STRING,),
        STRING,
        "hex_to_text(text): the UTF-8 text of these bytes, without NULs at its end; NULL if they are none",
        null="may_fail",
        example="hex_to_text('707265737300')",
    ),
}
