"""The text of a JSON array, or of parts with something between them → what is to be made of each."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Any

import msgspec

from edge_orch.engine.casualties import explained
from edge_orch.engine.fields import text_parser
from edge_orch.engine.json_objects import Misfit, element_reader
from edge_orch.plan.steps import ParsedField

Elements = list[tuple[Any, ...]]


def splitter(field: ParsedField, separator: str) -> Callable[[str | None], Elements]:
    """The same as `exploder` for the parts of a text. NULL and the empty text have none."""
    parse = text_parser(field)

    def elements(parts: list[str]) -> Iterator[tuple[Any, ...]]:
        for part in parts:
            try:
                yield (parse(part), "", "")
            except ValueError as error:
                yield (None, str(error), field.name)

    return lambda text: list(elements(text.split(separator))) if text else []


def exploder(fields: Sequence[ParsedField]) -> Callable[[str | None], Elements]:
    """A function of the array's text: for each element the values of `fields`, then reason and field of what is wrong.

    The reason is empty where nothing is. NULL has no elements. Raises `ValueError` with a reason for what is no array.
    """
    decode = msgspec.json.Decoder(list[msgspec.Raw]).decode
    read = element_reader(fields)
    names = {".".join(field.path): field.name for field in fields}
    nothing = (None,) * len(fields)

    def elements(raws: list[msgspec.Raw]) -> Iterator[tuple[Any, ...]]:
        for raw in raws:
            try:
                yield (*read(raw), "", "")
            except Misfit as error:
                yield (*nothing, error.reason, error.field)
            except (msgspec.MsgspecError, RecursionError) as error:
                yield (*nothing, *explained(error, names))

    def explode(text: str | None) -> Elements:
        if text is None:
            return []
        try:
            return list(elements(decode(text)))
        except (msgspec.MsgspecError, RecursionError) as error:
            raise ValueError(explained(error, {})[0]) from None

    return explode
