"""What others call functions that read bytes, registers and sensors, and what to write here."""

from __future__ import annotations

DEVICES = {
    **dict.fromkeys(("getbit", "bitget", "bit_get", "bittest", "bit_test", "testbit"), "write (x >> n) & 1"),
    **dict.fromkeys(("binenc", "binenum", "bitset", "setbit"), "write x | (1 << n)"),
    **dict.fromkeys(("subbits", "bits"), "write from_hex of the bytes, then (x >> n) & 255"),
    **dict.fromkeys(("parseint", "parselong", "strtol"), "write CAST(x AS int), from_hex(x) or from_base(x, 2)"),
    **dict.fromkeys(
        (
            *("hex2int", "hextoint", "hex_to_int", "parsehextoint", "parsebytestoint", "bytestoint", "bytes_to_int"),
            *("readuint8", "readuint16be", "readuint32be", "readint16be", "readint32be", "from_big_endian_64"),
        ),
        "write from_hex(substr(x, 5, 4)), and signed(…, 16) where it has a sign",
    ),
    **dict.fromkeys(
        (
            *("swap16", "swap32", "byteswap", "swap_bytes", "swapbytes", "byte_swap", "parselittleendianhextoint"),
            *("readuint16le", "readuint32le", "readint16le", "readint32le", "from_little_endian_64"),
        ),
        "write from_hex(reverse_bytes(x))",
    ),
    **dict.fromkeys(
        ("parsehextofloat", "parsebytestofloat", "readfloatbe", "ieee754", "inttofloat32", "from_ieee754_32"),
        "write float32(from_hex(x))",
    ),
    **dict.fromkeys(("readfloatle", "parselittleendianhextofloat"), "write float32(from_hex(reverse_bytes(x)))"),
    **dict.fromkeys(("readdoublebe", "inttofloat64", "from_ieee754_64"), "write float64(from_hex(x))"),
    **dict.fromkeys(("hex2bin", "bin2hex", "base64tohex", "btoa", "atob"), "write base64_to_hex(x), or from_hex(x)"),
    **dict.fromkeys(("decode_hex", "hex2str", "hextostring", "hextostr", "bytestostring", "decodetostring"),
        "write hex_to_text(x) for a text, from_hex(x) for a number"),
    **dict.fromkeys(("hoursbetween", "minutesbetween", "secondsbetween"), "write date_diff('second', a, b)"),
    **dict.fromkeys(("mavg", "sma", "time_sma", "rolling_mean"), "write a moving step before it"),
    **dict.fromkeys(("range", "sequence", "generate_array"), "write generate_series(first, last)"),
    **dict.fromkeys(("interpolate", "interp"), "explode generate_series(…) between a record and the one before (lag)"),
    **dict.fromkeys(("map_get", "mget", "get_json_object", "json_query"), "write x ->> '$.a.b'"),
    **dict.fromkeys(("to_milliseconds", "to_minutes", "to_hours", "to_days", "make_interval"),
        "write make_timestamp_ms(epoch_ms(ts) + n * 1000)"),
}  # fmt: skip
"""Names of other products → the next step for who writes them."""
