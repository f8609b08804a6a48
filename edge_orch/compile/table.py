"""A table as CSV text → typed rows."""

from __future__ import annotations

import csv
from collections.abc import Sequence

from edge_orch.errors import Invalid, Problem
from edge_orch.plan.schema import FieldType
from edge_orch.spec.leaves import Flag, Integer, Leaf, Number, Text
from edge_orch.spec.nodes import Scalar
from edge_orch.spec.words import did_you_mean, names

MAX_BYTES = 1 << 20
MAX_ROWS = 10_000

Cell = bool | int | float | str | None
Column = tuple[Text, FieldType]

_LEAVES: dict[FieldType, type[Leaf]] = {FieldType.BOOL: Flag, FieldType.INT: Integer, FieldType.FLOAT: Number}


def read_table(text: Text, keys: Sequence[Column], values: Sequence[Column]) -> tuple[tuple[Cell, ...], ...]:
    """The rows, keys first. Raises `Invalid` for a missing column, a cell that does not fit, a key that stands twice.

    An empty value is NULL; an empty key is a problem.
    """
    header, rows = _cells(text)
    columns = [*keys, *values]
    places = [_place(name, header) for name, _ in columns]
    problems = [place for place in places if isinstance(place, Problem)]
    if problems:
        raise Invalid(*problems)
    made: dict[tuple[Cell, ...], tuple[Cell, ...]] = {}
    for number, row in enumerate(rows, 1):
        if len(row) != len(header):
            problems.append(_problem(text, number, "another number of cells", str(len(header)), str(len(row))))
            continue
        cells = []
        for (name, type_), place in zip(columns, places, strict=True):
            assert isinstance(place, int)  # noqa: S101 - for the type checker
            try:
                cells.append(_typed(row[place], type_, text))
            except Invalid as error:
                problems.append(_problem(text, number, f"`{name.value}`", error.problems[0].expected, repr(row[place])))
                cells.append(None)
        key = tuple(cells[: len(keys)])
        if any(not row[place] for place in places[: len(keys)] if isinstance(place, int)):
            problems.append(_problem(text, number, "an empty key", "", ""))
        elif key in made:
            problems.append(_problem(text, number, "a key that stands above already", "", ", ".join(map(str, key))))
        made.setdefault(key, tuple(cells))
    if problems:
        raise Invalid(*problems)
    return tuple(made.values())


def _cells(text: Text) -> tuple[list[str], list[list[str]]]:
    if len(text.value.encode()) > MAX_BYTES:
        raise Invalid(Problem("the table is too large", text.where, f"at most {MAX_BYTES >> 20} MiB"))
    try:
        rows = [row for row in csv.reader(text.value.splitlines(keepends=True), strict=True) if row]
    except csv.Error as error:
        raise Invalid(Problem(f"the table is no CSV: {error}", text.where)) from None
    if len(rows) < 2:
        raise Invalid(Problem("the table is empty", text.where, "a header and at least one row"))
    if len(rows) > MAX_ROWS + 1:
        raise Invalid(Problem("the table has too many rows", text.where, f"at most {MAX_ROWS}", str(len(rows) - 1)))
    return [name.strip() for name in rows[0]], rows[1:]


def _place(name: Text, header: list[str]) -> int | Problem:
    if header.count(name.value) == 1:
        return header.index(name.value)
    what = f"column `{name.value}` stands twice" if name.value in header else f"no column `{name.value}` in the table"
    return Problem(
        what, name.where, f"one of: {names(header)}", "", did_you_mean(name.value, set(header) - {name.value})
    )


def _problem(text: Text, number: int, what: str, expected: str, found: str) -> Problem:
    return Problem(f"row {number} of the table: {what}", text.where, expected, found)


def _typed(cell: str, type_: FieldType, text: Text) -> Cell:
    if type_ is FieldType.STRING or not cell:
        return cell or None
    value: Cell = _LEAVES[type_].parse(Scalar(cell.strip(), text.where))
    return value
