"""Lines by a regular expression, read by a looser one first: as they mostly are, it says the same in less time.

So they are if all lines match and each text that was read loosely has the form of its group (`line_pattern`). `re` then
looks for the end of a number, and not at each digit; that they are digits is seen as they become floats.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from itertools import chain
from typing import Any, NamedTuple

from edge_orch.engine.line_pattern import LinePattern, line_pattern
from edge_orch.engine.lines import Lines
from edge_orch.engine.text_columns import Convert, converter, is_number
from edge_orch.plan.steps import ParsedField

_PAUSE = 64
"""Payloads: so many are left to the expression itself after one that was not as most are."""


def loose_lines(pattern: str, groups: Sequence[tuple[int, ...]], fields: Sequence[ParsedField]) -> LooseLines | None:
    """A reader of fields, each of which has the text of the first of its groups; None: there is nothing to gain."""
    used = list(chain.from_iterable(groups))
    numbers = {
        each[0]
        for each, field in zip(groups, fields, strict=True)
        if is_number(field) and len(each) == used.count(each[0]) == 1
    }
    made = line_pattern(pattern, set(used), ascii_only=True, numbers=numbers)
    if made is None or not made.loose or not made.always.issuperset(used):
        return None
    columns = [
        Column(made.groups.index(group) + 1, converter(field, sure=True, form=made.loose.get(group)))
        for (group, *_), field in zip(groups, fields, strict=True)
    ]
    return LooseLines(made, columns)


class Column(NamedTuple):
    """The place of a field's texts among those of a line, and what makes values of them."""

    place: int
    convert: Convert


class LooseLines:
    """Reads payloads of ASCII."""

    def __init__(self, pattern: LinePattern, columns: Sequence[Column]) -> None:
        self._pattern = pattern.text
        self._every = len(pattern.groups) + 1
        self._columns = columns
        self._split: Callable[[str], list[str | None]] | None = None
        self._pause = 0

    def values(self, lines: Lines) -> list[Sequence[Any]] | None:
        """The fields' values, column by column; None: it is for the expression itself to say."""
        if self._pause:
            self._pause -= 1
            return None
        found = self._found(lines)
        if found is None:
            self._pause = _PAUSE
        return found

    def _found(self, lines: Lines) -> list[Sequence[Any]] | None:
        split = self._split = self._split or re.compile(self._pattern, re.MULTILINE).split
        text = lines.text
        parts = split(text if text.endswith("\n") else f"{text}\n")
        between = parts[:: self._every]
        if between.count("") != len(between):
            return None
        try:
            values = [convert(parts[place :: self._every]) for place, convert in self._columns]
        except ValueError:
            return None
        lines.counted(len(between) - 1)
        return values
