"""Lines by a regular expression: all of a payload at once, column by column."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from itertools import chain, compress
from typing import Any, NamedTuple

from edge_orch.engine.casualties import Casualties
from edge_orch.engine.fields import text_parser
from edge_orch.engine.groups import groups_of, texts_of
from edge_orch.engine.line_pattern import LinePattern, line_pattern
from edge_orch.engine.lines import Lines
from edge_orch.engine.loose_lines import loose_lines
from edge_orch.engine.patterns import of_ascii, too_long
from edge_orch.engine.text_columns import Texts, converter
from edge_orch.plan.backtracking import longest_text
from edge_orch.plan.formats import RegexFormat
from edge_orch.plan.steps import ParsedField

_FEW = 3  # records: for fewer, columns cost more than they save
_MANY = 1024  # bytes: of more they are not counted to know that


class Reading(NamedTuple):
    """`rows`: the fields' values of each record; `feed`: what tells how far one is (`Lines.index`)."""

    feed: Iterator[Any]
    rows: Iterator[tuple[Any, ...]]
    dead: int
    blank: int


class MatchedLines:
    """Reads the lines that match the expression to typed fields; what does not, or has a bad field, is a casualty."""

    def __init__(self, step: str, format_: RegexFormat, fields: Sequence[ParsedField], casualties: Casualties) -> None:
        pattern = format_.pattern
        compiled = re.compile(pattern)
        self._step = step
        self._pattern = pattern
        self._groups = groups_of(format_, fields)
        self._texts = texts_of(format_, fields)
        self._whole = () in self._groups
        self._limit = longest_text(pattern)
        self._matches = {True: of_ascii(pattern).fullmatch, False: compiled.fullmatch}
        self._alls = {True: self._all(ascii_only=True), False: self._all(ascii_only=False)}
        self._splits: dict[bool, Callable[[str], list[str | None]]] = {}
        whole = self._alls[False]
        sure = whole.always if whole else set()
        self._loose = None if self._limit or self._whole else loose_lines(pattern, self._groups, fields)
        self._parsers = [(field.name, text_parser(field)) for field in fields]
        self._converters = [
            converter(field, sure=not sure.isdisjoint(groups))
            for field, groups in zip(fields, self._groups, strict=True)
        ]
        self._singles = [(text, parse) for text, (_, parse) in zip(self._texts, self._parsers, strict=True)]
        self._casualties = casualties

    def read(self, lines: Lines) -> Reading:
        """The records; what is none is reported."""
        few = len(lines.whole or b"") < _MANY and lines.count < _FEW
        if few and (rows := self._few(lines)) is not None:
            feed = iter(rows)
            return Reading(feed, feed, 0, 0)
        if lines.ascii and lines.clean and self._loose and (read := self._loose.values(lines)):
            return _all_of(read)
        pattern = self._alls[lines.ascii]
        columns, matched = self._together(lines, pattern) if pattern and lines.clean else self._one_by_one(lines)
        wrong: dict[int, tuple[str, str]] = {}
        values: list[Sequence[Any]] = []
        for place, convert in enumerate(self._converters):
            try:
                values.append(convert(columns[place]))
            except (ValueError, TypeError):
                values.append(self._singly(columns[place], *self._parsers[place], wrong))
        if matched is None and not wrong:
            return _all_of(values)
        return self._without(lines, values, matched or [True] * lines.count, wrong)

    def _few(self, lines: Lines) -> list[tuple[Any, ...]] | None:
        """The rows of lines that all match and are good; None if one is not."""
        match, limit = self._matches[lines.ascii], self._limit
        rows = []
        for line in lines.texts:
            found = match(line) if line and (limit is None or len(line) <= limit) else None
            if found is None:
                return None
            try:
                rows.append(tuple([parse(text(found)) for text, parse in self._singles]))
            except ValueError:
                return None
        return rows

    def _together(self, lines: Lines, pattern: LinePattern) -> tuple[list[Texts], list[bool] | None]:
        """The texts of each field in lines that match, and which do; None: all."""
        split = self._splits.get(lines.ascii) or self._compile(pattern, ascii_only=lines.ascii)
        text = lines.text
        parts = split(text if text.endswith("\n") else f"{text}\n")
        every = len(pattern.groups) + 1
        columns = {group: parts[place::every] for place, group in enumerate(pattern.groups, start=1)}
        between = parts[::every]
        found = [_first_of([columns[group] for group in groups]) for groups in self._groups]
        matched = None if between.count("") == len(between) else _matched(between)
        lines.counted(len(between) - 1 if matched is None else len(matched))
        return found, matched

    def _one_by_one(self, lines: Lines) -> tuple[list[Texts], list[bool] | None]:
        match, limit = self._matches[lines.ascii], self._limit
        found = [match(line) if line and (limit is None or len(line) <= limit) else None for line in lines.texts]
        matches = [each for each in found if each is not None]
        columns: list[Texts] = [list(map(text, matches)) for text in self._texts]
        return columns, None if len(matches) == len(found) else [each is not None for each in found]

    def _all(self, *, ascii_only: bool) -> LinePattern | None:
        if self._limit is not None or self._whole:
            return None
        return line_pattern(self._pattern, set(chain.from_iterable(self._groups)), ascii_only=ascii_only)

    def _compile(self, pattern: LinePattern, *, ascii_only: bool) -> Callable[[str], list[str | None]]:
        """Each when it is first needed: most jobs see texts of one sort."""
        return self._splits.setdefault(ascii_only, re.compile(pattern.text, re.MULTILINE).split)

    @staticmethod
    def _singly(column: Texts, field: str, parse: Any, wrong: dict[int, tuple[str, str]]) -> list[Any]:
        """The values of a column in which some are wrong: these are added with their reason and field."""
        values = []
        for row, text in enumerate(column):
            try:
                values.append(parse(text))
            except ValueError as error:
                values.append(None)
                wrong.setdefault(row, (str(error), field))
        return values

    def _without(
        self, lines: Lines, values: list[Sequence[Any]], matched: list[bool], wrong: dict[int, tuple[str, str]]
    ) -> Reading:
        """The records that are left; `matched` tells it of lines, `wrong` of those that match."""
        first: list[Any] = []
        good: list[bool] = []
        row = dead = blank = 0
        for index, matches in enumerate(matched):
            fault = wrong.get(row) if matches else self._unmatched(lines.texts[index])
            good.append(fault is None)
            first.append(values[0][row] if matches else None)
            row += matches
            if fault is None:
                continue
            if fault[0]:
                self._casualties.line(index, self._step, *fault)
                dead += 1
            elif self._casualties.blank_line(index, self._step):
                dead += 1
            else:
                blank += 1
        right = [each not in wrong for each in range(row)]
        feed = iter(first)
        others = [compress(column, right) for column in values[1:]]
        return Reading(feed, zip(compress(feed, good), *others, strict=True), dead, blank)

    def _unmatched(self, line: str) -> tuple[str, str]:
        """Reason and field; no reason: the line is blank."""
        if not line:
            return "", ""
        if self._limit is not None and len(line) > self._limit:
            return too_long(self._pattern), ""
        return "does not match the expression", ""


def _all_of(values: list[Sequence[Any]]) -> Reading:
    feed = iter(values[0])
    return Reading(feed, zip(feed, *values[1:], strict=True), 0, 0)


def _first_of(columns: list[Texts]) -> Texts:
    """One column: of several, for each line the first text that is there."""
    if len(columns) == 1:
        return columns[0]
    return [next((text for text in texts if text is not None), None) for texts in zip(*columns, strict=True)]


def _matched(between: list[str | None]) -> list[bool]:
    """Which lines match, by the lines that stand before, between and behind those that do."""
    matched: list[bool] = []
    for unmatched in between:
        matched += [False] * (unmatched or "").count("\n")
        matched.append(True)
    matched.pop()
    return matched
