"""Which groups of a regular expression hold the text of a field."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from operator import itemgetter

from edge_orch.engine.calls.json import json_text
from edge_orch.engine.fields import column_of
from edge_orch.plan.formats import RegexFormat
from edge_orch.plan.steps import ParsedField

Match = re.Match[str]


def groups_of(format_: RegexFormat, fields: Sequence[ParsedField]) -> list[tuple[int, ...]]:
    """For each field the groups that may hold its text, of which the first that took part in a match does.

    None for a field of the empty path, which holds what all of them do.
    """
    index = re.compile(format_.pattern).groupindex
    columns = [column_of(field) if field.path else "" for field in fields]
    return [tuple(index[group] for group in format_.names.get(column, (column,)) if group) for column in columns]


def texts_of(format_: RegexFormat, fields: Sequence[ParsedField]) -> list[Callable[[Match], str | None]]:
    """For each field what gives its text of a match; of one of the empty path an object of all names and texts."""
    return [_text(groups) if groups else _whole(format_) for groups in groups_of(format_, fields)]


def _whole(format_: RegexFormat) -> Callable[[Match], str | None]:
    index = re.compile(format_.pattern).groupindex
    others = {group: name for name, groups in format_.names.items() for group in groups}
    names = dict.fromkeys(others.get(group, group) for group in sorted(index, key=index.__getitem__))
    texts = [(name, _text(tuple(index[group] for group in format_.names.get(name, (name,))))) for name in names]

    def whole(found: Match) -> str:
        every = [(name, text(found)) for name, text in texts]
        return json_text({name: text for name, text in every if text is not None})

    return whole


def _text(groups: tuple[int, ...]) -> Callable[[Match], str | None]:
    """The text of the first of these groups that took part in a match; None if none did."""
    if len(groups) == 1:
        return itemgetter(groups[0])

    def text(found: Match) -> str | None:
        for group in groups:
            if found[group] is not None:
                return found[group]
        return None

    return text
