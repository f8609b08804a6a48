"""Amounts of bytes, as people write them."""

from __future__ import annotations

import re

from edge_orch.errors import Invalid, Problem

UNITS = {
    "B": 1, "KB": 10**3, "MB": 10**6, "GB": 10**9, "KiB": 1 << 10, "MiB": 1 << 20, "GiB": 1 << 30,
}  # fmt: skip
EXPECTED = "a whole number and a unit, like 512MiB, 64KiB, 1GB"
_SIZE = re.compile(r"(\d{1,9}) ?([A-Za-z]+)")


def parse_size(text: str) -> int:
    """`"512MiB"` → bytes. Raises `Invalid` with the accepted form when the text is not a size."""
    match = _SIZE.fullmatch(text)
    if not match or match[2] not in UNITS:
        raise Invalid(Problem("not a size", expected=EXPECTED, found=repr(text)))
    return int(match[1]) * UNITS[match[2]]


def format_size(size: int) -> str:
    """Bytes → the shortest exact text that `parse_size` reads back: `536870912` → `"512MiB"`."""
    exact = [(unit, size // scale) for unit, scale in UNITS.items() if size % scale == 0]
    unit, count = min(exact, key=lambda pair: (pair[1], -UNITS[pair[0]]))
    return f"{count}{unit}"
