"""Where generated code reports the records that could not be processed."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence

from edge_orch.engine.encoding import json_bytes
from edge_orch.engine.fields import Parser
from edge_orch.engine.lines import Lines
from edge_orch.engine.records import DeadLetter

_PATH = re.compile(r"(?: - at `\$(?P<at>.*)`)$")
_MISSING = re.compile(r"missing required field `(?P<name>.*?)`")


def explained(error: Exception, fields: Mapping[str, str]) -> tuple[str, str]:
    """Why JSON could not be decoded, and which field was wrong, if one was. `fields`: JSON path → the field's name."""
    reason = "is nested too deeply" if isinstance(error, RecursionError) else str(error)
    at = _PATH.search(reason)
    path = at["at"].removeprefix(".") if at else ""
    reason = _PATH.sub("", reason)
    missing = _MISSING.search(reason)
    if missing:
        path = f"{path}.{missing['name']}" if path else missing["name"]
    return reason, fields.get(path, path)


class Casualties:
    """Collects dead letters. `begin` says which batch the records of the next calls belong to."""

    def __init__(self) -> None:
        self.letters: list[DeadLetter] = []
        """Those since `take` was last called, in order."""
        self._lines = Lines(b"")
        self._partition = ""
        self._position = 0

    def begin(self, lines: Lines, partition: str, position: int) -> None:
        """The next records are of these lines; the first has that position in its partition."""
        self._lines, self._partition, self._position = lines, partition, position

    def take(self) -> list[DeadLetter]:
        """Hand over the letters, and begin anew."""
        letters, self.letters = self.letters, []
        return letters

    def record(self, step: str, reason: str, field: str, feed: Iterator[object]) -> None:
        """The record that `feed` gave last."""
        self.line(self._lines.index(feed), step, reason, field)

    def line(self, index: int, step: str, reason: str, field: str) -> None:
        """The record of this index."""
        raw = self._lines.raw[index]
        self.letters.append(DeadLetter(raw, step, reason, self._partition, self._position + index, field))

    def blank(self, step: str, feed: Iterator[object]) -> bool:
        """The line that `feed` gave last is blank. False, and nothing reported, if it was so from the beginning."""
        return self.blank_line(self._lines.index(feed), step)

    def blank_line(self, index: int, step: str) -> bool:
        """The same of the line of this index."""
        reason = self._lines.bad.get(index)
        if reason is not None:
            self.line(index, step, reason, "")
        return reason is not None

    def json(self, step: str, error: Exception, fields: Mapping[str, str], feed: Iterator[object]) -> bool:
        """The line that `feed` gave last is no such object. False, and nothing reported, if it is blank.

        `fields`: JSON path → the field's name.
        """
        index = self._lines.index(feed)
        data = self._lines.data[index]
        if not data or (self._lines.separated and not data.strip()):
            return self.blank_line(index, step)
        self.line(index, step, *explained(error, fields))
        return True

    def fields(
        self,
        step: str,
        parsers: Sequence[tuple[str, Parser]],
        values: Sequence[object],
        feed: Iterator[object],
    ) -> None:
        """The record that `feed` gave last has a field that its parser refuses: find it, and its reason."""
        for (name, parse), value in zip(parsers, values, strict=True):
            try:
                parse(value)
            except ValueError as error:
                self.record(step, str(error), name, feed)
                return
        self.record(step, "cannot be read", "", feed)

    def row(self, step: str, reason: str, field: str, row: object, origin: str) -> None:
        """A row that an aggregate made: its raw form is its JSON, its partition the aggregate's name."""
        self.letters.append(DeadLetter(json_bytes(row), step, reason, origin, 0, field))
