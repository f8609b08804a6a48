"""Functions of JSON arrays as wholes. Elements stay as they were written.

What is no array, or one of more than `MOST_ELEMENTS`, gives NULL.
"""

from __future__ import annotations

from collections.abc import Callable
from itertools import chain
from typing import Any

import msgspec

from edge_orch.engine.calls.json import ERRORS, MOST_ELEMENTS, json_text
from edge_orch.engine.calls.text import MOST_MADE, matches
from edge_orch.engine.encoding import json_bytes

_array = msgspec.json.Decoder(list[msgspec.Raw]).decode
_any = msgspec.json.Decoder().decode
_NULL = b"null"


def string_split(text: str, separator: str) -> str:
    """An array of the parts between the separators; without one, of the characters."""
    return json_text(text.split(separator) if separator else list(text))


def generate_series(first: int, last: int) -> str | None:
    """The whole numbers from `first` to `last`, both included; NULL for more than `MOST_ELEMENTS`."""
    return json_text(list(range(first, last + 1))) if last - first < MOST_ELEMENTS else None


def regexp_extract_all(text: str, pattern: str, group: int = 0) -> str | None:
    """An array of what a group of each match holds; NULL without such a group, and for a text too long for it."""
    found = matches(text, pattern, group)
    return None if found is None else json_text(found)


def array_to_string(text: str, separator: str) -> str | None:
    """The elements as one text, nulls left out: texts as they are, others as JSON."""
    elements = _elements(text)
    if elements is None:
        return None
    return separator.join([_text(element) for element in elements if element != _NULL])


def list_contains(text: str, element: str) -> bool | None:
    """Whether one of the elements is that text, or is so written."""
    elements = _elements(text)
    return None if elements is None else any(_text(each) == element for each in elements if each != _NULL)


def list_distinct(text: str) -> str | None:
    """Each element where it comes first, nulls left out."""
    elements = _elements(text)
    return None if elements is None else _written([each for each in dict.fromkeys(elements) if each != _NULL])


def list_sort(text: str) -> str | None:
    """The elements in ascending order, nulls last; NULL unless they are all numbers or all texts."""
    elements = _elements(text)
    if elements is None:
        return None
    values = [(_any(element), element) for element in elements if element != _NULL]
    numbers = all(isinstance(value, int | float) and not isinstance(value, bool) for value, _ in values)
    if not numbers and not all(isinstance(value, str) for value, _ in values):
        return None
    values.sort(key=lambda pair: pair[0])
    return _written([element for _, element in values] + [_NULL] * (len(elements) - len(values)))


def list_reverse(text: str) -> str | None:
    """The elements, the last first."""
    elements = _elements(text)
    return None if elements is None else _written(elements[::-1])


def list_concat(text: str, other: str) -> str | None:
    """The elements of the one, then those of the other."""
    both = [_elements(text), _elements(other)]
    return _written(list(chain.from_iterable(filter(None, both)))) if None not in both else None


def list_slice(text: str, begin: int, end: int) -> str | None:
    """The elements from one to another, both included and counted from 1; from -1 backwards from the end."""
    elements = _elements(text)
    if elements is None:
        return None
    first = begin - 1 if begin > 0 else max(len(elements) + begin, 0) if begin else 0
    last = end if end >= 0 else len(elements) + end + 1
    return _written(elements[first : max(last, 0)])


def text_of(element: bytes) -> str | None:
    """An element as `->>` gives it: a text as it is, anything else as JSON; None for a null."""
    return None if element == _NULL else _text(element)


def text_and_json(element: bytes) -> tuple[str | None, str | None]:
    """The same, and the element as `->` gives it."""
    return (None, None) if element == _NULL else (_text(element), on_one_line(element).decode())


def list_filter(text: str, keeps: Callable[[Any, int], bool], told: Callable[[bytes], object] = text_of) -> str | None:
    """The elements for which `keeps` is true, which is told what `told` says of each, and its place from 1 on."""
    elements = _elements(text)
    if elements is None:
        return None
    return _written([each for place, each in enumerate(elements, 1) if keeps(told(each), place)])


def list_transform(
    text: str, value: Callable[[Any, int], object], told: Callable[[bytes], object] = text_of
) -> str | None:
    """An array of what `value` makes of each element, told as in `list_filter`; NULL where it becomes too long."""
    elements = _elements(text)
    if elements is None:
        return None
    made, length = [], 0
    for place, each in enumerate(elements, 1):
        made.append(json_bytes(value(told(each), place)))
        length += len(made[-1])
        if length > MOST_MADE:
            return None
    return _written(made)


def _elements(text: str) -> list[bytes] | None:
    """None for what is no array, and for more elements than one record may have."""
    try:
        found = _array(text)
    except ERRORS:
        return None
    return [bytes(raw) for raw in found] if len(found) <= MOST_ELEMENTS else None


def _text(element: bytes) -> str:
    """A text as it is, anything else as JSON."""
    return str(_any(element)) if element.startswith(b'"') else on_one_line(element).decode()


def _written(elements: list[bytes]) -> str:
    return "[" + ",".join([on_one_line(element).decode() for element in elements]) + "]"


def on_one_line(element: bytes) -> bytes:
    """The same value without line breaks."""
    return msgspec.json.format(element, indent=-1) if b"\n" in element or b"\r" in element else element
