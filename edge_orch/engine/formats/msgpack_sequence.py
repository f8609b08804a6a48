"""MessagePack values that follow each other, as one array of them."""

from __future__ import annotations

from edge_orch.engine.calls.json import MOST_ELEMENTS

_BYTES = {
    **dict.fromkeys((0xC0, 0xC1, 0xC2, 0xC3), 0),
    **{0xCA: 4, 0xCB: 8, 0xCC: 1, 0xCD: 2, 0xCE: 4, 0xCF: 8, 0xD0: 1, 0xD1: 2, 0xD2: 4, 0xD3: 8},
    **{0xD4: 2, 0xD5: 3, 0xD6: 5, 0xD7: 9, 0xD8: 17},
}
"""How many follow the first byte of a value of fixed size."""
_SIZED = {0xC4: (1, 0), 0xC5: (2, 0), 0xC6: (4, 0), 0xC7: (1, 1), 0xC8: (2, 1), 0xC9: (4, 1)} | {
    0xD9: (1, 0),
    0xDA: (2, 0),
    0xDB: (4, 0),
}
"""Of texts, bytes and extensions: of how many bytes their size is, and how many more follow it."""
_COUNTED = {0xDC: (2, 1), 0xDD: (4, 1), 0xDE: (2, 2), 0xDF: (4, 2)}
"""Of arrays and maps: of how many bytes their count is, and of how many values each member."""


def array_of(data: bytes) -> bytes:
    """An array of the values that stand there. What is none, or broken off, is in it as it stands, for its decoder to
    refuse. Takes time with the length of the data, and no room for what is in it.

    Raises `ValueError` for more than `MOST_ELEMENTS` values.
    """
    count = position = 0
    while position < len(data):
        if count == MOST_ELEMENTS:
            raise ValueError(f"has more than {MOST_ELEMENTS:,} values")
        position = _end(data, position)
        count += 1
    return b"\xdd" + count.to_bytes(4) + data


def _end(data: bytes, position: int) -> int:
    """Where the value that begins there ends, or beyond the data."""
    pending = 1
    while pending and position < len(data):
        kind = data[position]
        position += 1
        pending -= 1
        if kind < 0x80 or kind >= 0xE0:
            continue
        if kind < 0x90:
            pending += 2 * (kind & 0x0F)
        elif kind < 0xA0:
            pending += kind & 0x0F
        elif kind < 0xC0:
            position += kind & 0x1F
        elif kind in _BYTES:
            position += _BYTES[kind]
        elif kind in _SIZED:
            width, more = _SIZED[kind]
            position += width + int.from_bytes(data[position : position + width]) + more
        else:
            width, values = _COUNTED[kind]
            pending += values * int.from_bytes(data[position : position + width])
            position += width
    return position
