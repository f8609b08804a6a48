"""Durations and sizes, and the next step for who writes them as other products do."""

from __future__ import annotations

import re
from typing import ClassVar

from edge_orch.errors import Invalid, Problem
from edge_orch.size import EXPECTED as SIZES
from edge_orch.size import UNITS, parse_size
from edge_orch.spec.leaves import JsonSchema, Leaf
from edge_orch.spec.nodes import Scalar, described
from edge_orch.time import DAY, SECOND, parse_duration

_CENTURY = 100 * 366 * DAY

_SPELT = re.compile(r"(\d{1,9})(milli|micro)?(s|m|h|d|w)(ec|econd|in|inute|r|our|ay|eek)?s?")
_SMALL = {"milli": "m", "micro": "u"}
_ISO = re.compile(r"p(?:(?P<d>\d+)d)?(?:t(?:(?P<h>\d+)h)?(?:(?P<m>\d+)m)?(?:(?P<s>\d+)s)?)?")
_CLOCK = re.compile(r"(?P<h>\d+):(?P<m>\d\d)(?::(?P<s>\d\d))?")
_LONG = re.compile(r"(\d{1,4})(mo|mons?|months?|y|yrs?|years?)")
_DURATION = re.compile(r"(\d+(\.\d+)?(us|ms|s|min|m|h|d|w))+")


class Duration(Leaf, frozen=True):
    """A length of time; `value` in microseconds."""

    value: int
    expected: ClassVar[str] = "a number and a unit, like 10s, 5m, 1h30m"
    schema: ClassVar[JsonSchema] = {
        "type": "string",
        "pattern": r"^(\d+(\.\d+)?(us|ms|s|min|m|h|d|w))+$",
        "examples": ["10s", "5m", "1h30m"],
    }

    @classmethod
    def parse(cls, node: Scalar) -> int:
        if not re.fullmatch(str(cls.schema["pattern"]), node.text):
            next_step = duration_meant(node.text)
            raise Invalid(Problem("not a duration", node.where, cls.expected, described(node), next_step))
        try:
            value = parse_duration(node.text)
        except (Invalid, OverflowError):
            value = _CENTURY + 1
        if value > _CENTURY:
            raise Invalid(Problem("too long", node.where, "at most 100 years", node.text[:60]))
        return value


class PositiveDuration(Duration, frozen=True):
    """A length of time greater than zero."""

    @classmethod
    def parse(cls, node: Scalar) -> int:
        value = super().parse(node)
        if value == 0:
            raise Invalid(Problem("must be longer than 0", node.where, cls.expected, node.text))
        return value


class Size(Leaf, frozen=True):
    """An amount of bytes."""

    value: int
    expected: ClassVar[str] = SIZES
    schema: ClassVar[JsonSchema] = {
        "type": "string",
        "pattern": r"^\d+ ?(B|KB|MB|GB|KiB|MiB|GiB)$",
        "examples": ["512MiB", "64KiB"],
    }

    @classmethod
    def parse(cls, node: Scalar) -> int:
        try:
            size = parse_size(node.text)
        except Invalid:
            next_step = size_meant(node.text)
            raise Invalid(Problem("not a size", node.where, cls.expected, described(node), next_step)) from None
        if not size:
            raise Invalid(Problem("must be more than 0", node.where, cls.expected, node.text))
        return size


class Room(Size, frozen=True):
    """An amount of bytes in which records are to be kept."""

    least: ClassVar[int] = 1000

    @classmethod
    def parse(cls, node: Scalar) -> int:
        size = super().parse(node)
        if size < cls.least:
            raise Invalid(Problem("no room for a record", node.where, "1KB or more", node.text, "write 1MiB, say"))
        return size


class Age(PositiveDuration, frozen=True):
    """How old a record may become before it is dropped."""

    @classmethod
    def parse(cls, node: Scalar) -> int:
        age = super().parse(node)
        if age < SECOND:
            raise Invalid(Problem("gone before it can leave", node.where, "1s or more", node.text, "write 30d, say"))
        return age


def duration_meant(text: str) -> str:
    """The next step for what is no duration; nothing where nobody can tell."""
    word = re.sub(r"\s+", "", text.lower())
    if re.fullmatch(r"\d{1,9}", word):
        return f"write a unit: {word}s"
    if word.startswith("-"):
        return "leave out the minus: a length of time has no sign"
    if _DURATION.fullmatch(word):
        return f"write {word}"
    if spelt := _SPELT.fullmatch(word):
        return f"write {spelt[1]}{_SMALL.get(spelt[2] or '', '')}{spelt[3]}"
    if long := _LONG.fullmatch(word):
        return f"write {int(long[1]) * (30 if long[2].startswith('m') else 365)}d"
    parts = _ISO.fullmatch(word) or _CLOCK.fullmatch(word)
    written = "".join(f"{int(n)}{unit}" for unit, n in parts.groupdict().items() if n and int(n)) if parts else ""
    return f"write {written}" if written else ""


def size_meant(text: str) -> str:
    """The next step for what is no size; nothing where nobody can tell."""
    match = re.fullmatch(r"(\d{1,9})(\.\d{1,3})?\s*([a-z]*)", text.strip().lower())
    if not match or not float(match[1] + (match[2] or "")):
        return ""
    units = {unit.lower(): unit for unit in UNITS} | {"k": "KB", "m": "MB", "g": "GB", "": "MiB"}
    units |= {"ki": "KiB", "mi": "MiB", "gi": "GiB"}
    unit = units.get(match[3])
    if unit is None:
        return ""
    if match[2] is None:
        return f"write a unit: {match[1]}{unit}" if not match[3] else f"write {match[1]}{unit}"
    smaller = list(UNITS)[max(list(UNITS).index(unit) - 1, 0)]
    return f"write {round(float(match[1] + match[2]) * UNITS[unit] / UNITS[smaller])}{smaller}"
