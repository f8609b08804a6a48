"""A text inside a record → what is to be made of it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import msgspec

from edge_orch.engine.casualties import explained
from edge_orch.engine.csv_lines import cells_object, split_line
from edge_orch.engine.documents import document_reader
from edge_orch.engine.fields import column_of, text_parser
from edge_orch.engine.formats import line_parser
from edge_orch.engine.groups import texts_of
from edge_orch.engine.json_objects import Misfit, element_reader
from edge_orch.engine.partial_stamps import completer
from edge_orch.engine.patterns import whole_matcher
from edge_orch.plan.formats import CsvFormat, DocumentFormat, Format, JsonFormat, RegexFormat
from edge_orch.plan.steps import ParsedField

Parts = Callable[[str, int], Sequence[str | None] | None]
Read = Callable[[str | None, int], tuple[Any, ...]]


def text_reader(format_: Format, fields: Sequence[ParsedField]) -> Callable[[str | None, int], tuple[Any, ...]]:
    """A function of the text and of the record's time: the values of `fields`, then reason and field of what is wrong.

    The reason is empty where nothing is. NULL is a text in which nothing stands: its fields are NULL, or missing.
    """
    nothing = (None,) * len(fields)
    read = _completed(_reader(format_, fields), fields)

    def read_text(text: str | None, time_us: int) -> tuple[Any, ...]:
        try:
            return (*read(text, time_us), "", "")
        except Misfit as error:
            return (*nothing, error.reason, error.field)

    return read_text


def _completed(read: Read, fields: Sequence[ParsedField]) -> Read:
    """The same with stamps that name no year completed by the record's time."""
    known = [(place, completer(field.format, field.zone)) for place, field in enumerate(fields)]
    completers = [(place, complete) for place, complete in known if complete]
    if not completers:
        return read

    def read_completed(text: str | None, time_us: int) -> tuple[Any, ...]:
        values = list(read(text, time_us))
        for place, complete in completers:
            values[place] = complete(values[place], time_us)
        return tuple(values)

    return read_completed


def first_reader(
    readings: Sequence[tuple[Format, Sequence[ParsedField]]], names: Sequence[str]
) -> Callable[[str | None, int], tuple[Any, ...]]:
    """The same for the first of several formats that fits: the values of the fields of these names.

    NULL is the value of a field that the format does not have.
    """
    if len(readings) == 1:
        return text_reader(*readings[0])
    readers = []
    for format_, fields in readings:
        places = {field.name: place for place, field in enumerate(fields)}
        readers.append((text_reader(format_, fields), [places.get(name, -3) for name in names]))
    nothing = (None,) * len(names)

    def read_first(text: str | None, time_us: int) -> tuple[Any, ...]:
        reasons = []
        for read, places in readers:
            *values, reason, field = read(text, time_us)
            if not reason:
                found = (*values, None, "", "")  # -3: the NULL of a field that this format does not have
                return (*[found[place] for place in places], "", "")
            reasons.append(f"{field} {reason}".strip())
        return (*nothing, f"fits no format: {'; '.join(reasons)}", "")

    return read_first


def _reader(format_: Format, fields: Sequence[ParsedField]) -> Callable[[str | None, int], tuple[Any, ...]]:
    match format_:
        case JsonFormat():
            return _json_reader(fields)
        case format_ if isinstance(format_, DocumentFormat):
            read = document_reader(format_, fields)
            return lambda text, _time_us: read(text)
        case _:
            return _parts_reader(format_, fields)


def _json_reader(fields: Sequence[ParsedField]) -> Callable[[str | None, int], tuple[Any, ...]]:
    read = element_reader(fields)
    names = {".".join(field.path): field.name for field in fields}

    def read_json(text: str | None, _time_us: int) -> tuple[Any, ...]:
        try:
            return read("{}" if text is None else text)
        except (msgspec.MsgspecError, RecursionError) as error:
            reason, field = explained(error, names)
            raise Misfit(field, reason) from None

    return read_json


def _parts_reader(format_: Format, fields: Sequence[ParsedField]) -> Callable[[str | None, int], tuple[Any, ...]]:
    parts_of = _parts(format_, fields)
    parsers = [(field.name, text_parser(field)) for field in fields]
    absent = (None,) * len(fields)

    def read_parts(text: str | None, time_us: int) -> tuple[Any, ...]:
        try:
            parts = absent if text is None else parts_of(text, time_us)
        except ValueError as error:
            raise Misfit("", str(error)) from None
        values = []
        for (name, parse), part in zip(parsers, absent if parts is None else parts, strict=True):
            try:
                values.append(parse(part))
            except ValueError as error:
                raise Misfit(name, str(error)) from None
        return tuple(values)

    return read_parts


def _parts(format_: Format, fields: Sequence[ParsedField]) -> Parts:
    match format_:
        case RegexFormat():
            return _matcher(format_, fields)
        case CsvFormat():
            return _cells(format_, fields)
        case format_ if isinstance(format_, JsonFormat | DocumentFormat):
            raise AssertionError("has a reader of its own")
        case _:
            return line_parser(format_, [field.path for field in fields])


def _matcher(format_: RegexFormat, fields: Sequence[ParsedField]) -> Parts:
    texts = texts_of(format_, fields)
    matches = whole_matcher(format_.pattern)

    def match(text: str, _time_us: int) -> Sequence[str | None]:
        found = matches(text)
        if found is None:
            raise ValueError("does not match the expression")
        return [text(found) for text in texts]

    return match


def _cells(format_: CsvFormat, fields: Sequence[ParsedField]) -> Parts:
    split = split_line(format_.delimiter)
    places = [format_.columns.index(column_of(field)) if field.path else -1 for field in fields]
    whole = cells_object(format_.columns) if -1 in places else None

    def cells(text: str, _time_us: int) -> Sequence[str | None]:
        found = split(text)
        if found is None:
            raise ValueError("has a quote out of place")
        if len(found) != len(format_.columns):
            raise ValueError(f"has {len(found)} columns, not {len(format_.columns)}")
        if whole:
            found.append(whole(found))
        return [found[place] for place in places]

    return cells
