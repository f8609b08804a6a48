"""A record that is a whole document → the values of its fields, each by its path."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from edge_orch.engine.encoding import json_bytes
from edge_orch.engine.fields import Parser, text_parser
from edge_orch.engine.json_objects import Misfit
from edge_orch.plan.formats import DocumentFormat, HexFormat, MsgpackFormat
from edge_orch.plan.steps import ParsedField

DocumentReader = Callable[[bytes | str | None], tuple[Any, ...]]


def document_reader(format_: DocumentFormat, fields: Sequence[ParsedField]) -> DocumentReader:
    """A reader of one record: the values of `fields` in their order. Raises `Misfit` for what is no such record.

    NULL is a document in which nothing stands.
    """
    if isinstance(format_, MsgpackFormat):
        from edge_orch.engine.formats.msgpack import msgpack_reader  # noqa: PLC0415 -- for jobs that read it only

        return msgpack_reader(fields, sequence=format_.sequence)
    if isinstance(format_, HexFormat):
        from edge_orch.engine.formats.hexadecimal import hex_reader  # noqa: PLC0415 -- likewise

        return hex_reader(fields)
    from edge_orch.engine.formats.xml import xml_reader  # noqa: PLC0415 -- likewise

    document = xml_reader(format_)
    readers = [(field.name, field.path, _json_of if field.json else _text_of, _parser(field)) for field in fields]

    def read(record: bytes | str | None) -> tuple[Any, ...]:
        try:
            root = {} if record is None else document(record)
        except ValueError as error:
            raise Misfit("", str(error)) from None
        values = []
        for name, path, value_of, parse in readers:
            try:
                values.append(parse(value_of(_found(root, path))))
            except ValueError as error:
                raise Misfit(name, str(error)) from None
        return tuple(values)

    return read


def _parser(field: ParsedField) -> Parser:
    if not field.json:
        return text_parser(field)

    def parse(text: str | None) -> str | None:
        if text is None and field.required:
            raise ValueError("is missing")
        return text

    return parse


def _found(value: Any, path: Sequence[str]) -> Any:
    """What lies there; None: nothing. An element's own text is also all of an element that has nothing else."""
    for place, key in enumerate(path):
        if isinstance(value, list):
            raise ValueError(f"lies in `{path[place - 1]}`, which stands there {len(value)} times")
        if isinstance(value, str):
            return value if key == "#text" else None
        if key not in value:
            return None
        value = value[key]
    return value


def _text_of(value: Any) -> Any:
    """The text of what lies at a path, None where nothing does."""
    if isinstance(value, dict):
        text = value.get("#text")
        if text is None and (value.get("#children") or any(key[0] not in "@#" for key in value)):
            raise ValueError("holds elements, and no text")
        return text or ""
    if isinstance(value, list):
        raise ValueError(f"stands there {len(value)} times")
    return value


def _json_of(value: Any) -> str | None:
    return None if value is None else json_bytes(value).decode()
