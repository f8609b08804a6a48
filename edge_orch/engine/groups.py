"""Which groups of a regular expression hold the text of a field."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from operator import itemgetter

from edge_orch.engine.fields import column_of
from edge_orch.plan.formats import RegexFormat
from edge_orch.plan.steps import ParsedField

Match = re.Match[str]


def groups_of(format_: RegexFormat, fields: Sequence[ParsedField]) -> list[tuple[int, ...]]:
    """For each field the groups that may hold its text, of which the first that took part in a match does."""
    index = re.compile(format_.pattern).groupindex
    columns = map(column_of, fields)
    return [tuple(index[group] for group in format_.names.get(column, (column,))) for column in columns]


def text_of(groups: tuple[int, ...]) -> Callable[[Match], str | None]:
    """The text of the first of these groups that took part in a match; None if none did."""
    if len(groups) == 1:
        return itemgetter(groups[0])

    def text(found: Match) -> str | None:
        for group in groups:
            if found[group] is not None:
                return found[group]
        return None

    return text
