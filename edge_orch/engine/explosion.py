"""The text of a JSON array or object, or of parts with something between them → what is to be made of each."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Any

import msgspec

from edge_orch.engine.calls.json import MOST_ELEMENTS
from edge_orch.engine.casualties import explained
from edge_orch.engine.fields import text_parser
from edge_orch.engine.json_objects import Misfit, element_reader
from edge_orch.plan.steps import ParsedField

MOST_BYTES = 64 << 20
"""What they may hold together of the texts that each has from the record it came in."""
MOST_DEPTH = 32
"""Levels of an object that is taken apart to its leaves: each level is read once more than the one above."""
Elements = list[tuple[Any, ...]]
Part = tuple[tuple[str, ...], msgspec.Raw]
Parts = Callable[[str], Sequence[Part]]
"""Of a text the name of each part, if it has one, and its bytes."""


def _check(count: int, beside: int) -> None:
    if count > MOST_ELEMENTS:
        raise ValueError(f"makes more than {MOST_ELEMENTS:,} records")
    if count * beside > MOST_BYTES:
        raise ValueError(f"makes more than {MOST_BYTES >> 20} MiB of records")


def splitter(field: ParsedField, separator: str) -> Callable[[str | None, int], Elements]:
    """The same as `exploder` for the parts of a text. NULL and the empty text have none."""
    parse = text_parser(field)

    def elements(parts: list[str]) -> Iterator[tuple[Any, ...]]:
        for part in parts:
            try:
                yield (parse(part), "", "")
            except ValueError as error:
                yield (None, str(error), field.name)

    def split(text: str | None, beside: int) -> Elements:
        if not text:
            return []
        _check(text.count(separator) + 1, beside)
        return list(elements(text.split(separator)))

    return split


def exploder(
    fields: Sequence[ParsedField], *, named: bool = False, nested: bool = False
) -> Callable[[str | None, int], Elements]:
    """A function of the array's text, and of how many characters each record has beside its element.

    It gives for each element the values of `fields`, then reason and field of what is wrong; the reason is empty where
    nothing is. NULL has no elements. Raises `ValueError` with a reason for what is no array, and for one of which too
    much would come. `named`: it is an object, and before what stands above comes the name of each member; of one that
    stands twice, the last counts. `nested`: a member that is an object gives its own members in its place; their names
    join with dots.
    """
    parts = _leaves() if nested else _members() if named else _items()
    read = element_reader(fields)
    names = {".".join(field.path): field.name for field in fields}
    nothing = (None,) * len(fields)

    def elements(found: Sequence[Part]) -> Iterator[tuple[Any, ...]]:
        for name, raw in found:
            try:
                yield (*name, *read(raw), "", "")
            except Misfit as error:
                yield (*name, *nothing, error.reason, error.field)
            except (msgspec.MsgspecError, RecursionError) as error:
                yield (*name, *nothing, *explained(error, names))

    def explode(text: str | None, beside: int) -> Elements:
        if text is None:
            return []
        try:
            found = parts(text)
            _check(len(found), beside)
            return list(elements(found))
        except (msgspec.MsgspecError, RecursionError) as error:
            raise ValueError(explained(error, {})[0]) from None

    return explode


def _items() -> Parts:
    decode = msgspec.json.Decoder(list[msgspec.Raw]).decode
    return lambda text: [((), raw) for raw in decode(text)]


def _members() -> Parts:
    decode = msgspec.json.Decoder(dict[str, msgspec.Raw]).decode
    return lambda text: [((name,), raw) for name, raw in decode(text).items()]


def _leaves() -> Parts:
    decode = msgspec.json.Decoder(dict[str, msgspec.Raw]).decode

    def leaves(text: str) -> Sequence[Part]:
        found: list[Part] = []
        characters = 0
        ahead = [("", key, raw, 1) for key, raw in reversed(decode(text).items())]
        while ahead:
            above, key, raw, depth = ahead.pop()
            name = above + key
            characters += len(name)
            _check(len(found), 0)
            _check(1, characters)  # a long name is part of each below it
            if bytes(memoryview(raw)[:1]) != b"{":
                found.append(((name,), raw))
            elif depth == MOST_DEPTH:
                raise ValueError(f"is nested more than {MOST_DEPTH} levels deep")
            else:
                ahead.extend((f"{name}.", inner, value, depth + 1) for inner, value in reversed(decode(raw).items()))
        return found

    return leaves
