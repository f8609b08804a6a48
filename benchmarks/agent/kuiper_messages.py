"""Numbered messages of eKuiper's published case, and whether the rows of a file are the warm ones of them."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import msgspec

WARM = 50
PROBE = 10**9 - 1
"""The number of messages that only ask whether somebody listens; it is warm."""


class _Row(msgspec.Struct):
    n: int
    temperature: float
    humidity: float


_row = msgspec.json.Decoder(_Row)


def payload(number: int) -> bytes:
    """The message of this number."""
    return b'{"temperature":%d,"humidity":%d,"n":%d}' % (_temperature(number), _humidity(number), number)


def is_warm(number: int) -> bool:
    """Whether the rule keeps it: half of them."""
    return _temperature(number) > WARM


def rows(path: Path) -> Counter[int]:
    """How often the row of each message stands in the file, whole and right. A kill may have torn the last line."""
    found: Counter[int] = Counter()
    for line in path.read_bytes().splitlines():
        try:
            row = _row.decode(line)
        except msgspec.MsgspecError:
            continue
        if (row.temperature, row.humidity) == (_temperature(row.n), _humidity(row.n)):
            found[row.n] += 1
    return found


def compare(numbers: range, found: Counter[int]) -> dict[str, float]:
    """Of the messages of these numbers: warm and not there, there more than once, there and not warm."""
    expected = Counter(filter(is_warm, numbers))
    ours = Counter({number: count for number, count in found.items() if number in numbers})
    warm = Counter({number: count for number, count in ours.items() if is_warm(number)})
    return {
        "missing": (expected - warm).total(),
        "doubled": (warm - expected).total(),
        "not_warm": (ours - warm).total(),
    }


def _temperature(number: int) -> int:
    return number % 100 + 1


def _humidity(number: int) -> int:
    return number % 70
