"""Records of any bytes, as a text in hexadecimal, two capital digits a byte."""

from __future__ import annotations

from base64 import b64decode
from collections.abc import Callable, Sequence
from typing import Any

from edge_orch.engine.fields import text_parser
from edge_orch.engine.json_objects import Misfit
from edge_orch.plan.steps import ParsedField


def hex_reader(fields: Sequence[ParsedField]) -> Callable[[bytes | str | None], tuple[Any, ...]]:
    """A reader of records: the value of the one field. Raises `Misfit`. A `str` is base64."""
    (field,) = fields
    parse = text_parser(field)

    def read(record: bytes | str | None) -> tuple[Any, ...]:
        try:
            data = b64decode(record, validate=True) if isinstance(record, str) else record
        except ValueError:
            raise Misfit("", "is not base64") from None
        try:
            return (parse(None if data is None else data.hex().upper()),)
        except ValueError as error:
            raise Misfit(field.name, str(error)) from None

    return read
