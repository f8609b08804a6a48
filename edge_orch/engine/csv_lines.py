"""One line of CSV → its cells: with quotes in it, as Python's `csv` reads them (RFC 4180)."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from edge_orch.engine.calls.json import json_text


def split_line(delimiter: str) -> Callable[[str], list[str] | None]:
    """A splitter of single records; None where quotes do not add up or a cell is too long.

    A carriage return is a letter like any other where there are no quotes.
    """
    import csv  # noqa: PLC0415 -- few jobs read it, and an agent that is idle is small

    def split(line: str) -> list[str] | None:
        if '"' not in line:
            return line.split(delimiter)
        try:
            rows = list(csv.reader([line], delimiter=delimiter, strict=True))
        except csv.Error:
            return None
        return rows[0] if len(rows) == 1 else None

    return split


def cells_object(columns: Sequence[str]) -> Callable[[Sequence[str]], str]:
    """A function: cells, as many as there are columns → a JSON object of them. Of two of one name, the last counts."""
    return lambda cells: json_text(dict(zip(columns, cells, strict=True)))
