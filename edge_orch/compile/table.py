"""A table as CSV text → typed rows."""

from __future__ import annotations

import csv
import re
from collections.abc import Sequence

import msgspec

from edge_orch.errors import Invalid, Location, Problem
from edge_orch.plan.schema import FieldType
from edge_orch.spec.leaves import Flag, Integer, Leaf, Number, Text
from edge_orch.spec.nodes import Scalar
from edge_orch.spec.words import did_you_mean, names

MAX_BYTES = 1 << 20
MAX_ROWS = 10_000

_ONE_COLUMN = "the table has one column"

Cell = bool | int | float | str | None
Column = tuple[Text, FieldType]

_LEAVES: dict[FieldType, type[Leaf]] = {FieldType.BOOL: Flag, FieldType.INT: Integer, FieldType.FLOAT: Number}


class Table(msgspec.Struct, frozen=True):
    """CSV with a header, and where it stands: in a `node` of the job, or in a `file` of its own."""

    text: str
    where: Location
    file: str = ""
    node: Scalar | None = None

    def at(self, line: int) -> Location:
        """Where the row that ends in that line stands."""
        if self.node is not None:
            return self.node.at(sum(map(len, self.text.splitlines(keepends=True)[: line - 1])))
        return Location(self.file, line, 1) if self.file else self.where

    def named(self, number: int, what: str) -> str:
        """What is wrong with the row of that number, said so that it can be found."""
        return what if self.file else f"row {number} of the table: {what}"


def read_table(table: Table, keys: Sequence[Column], values: Sequence[Column]) -> tuple[tuple[Cell, ...], ...]:
    """The rows, keys first. Raises `Invalid` for a missing column, a cell that does not fit, a key that stands twice.

    An empty value is NULL; an empty key is a problem.
    """
    header, rows = _cells(table)
    columns = [*keys, *values]
    places = [_place(name, header) for name, _ in columns]
    problems = [place for place in places if isinstance(place, Problem)]
    if problems and problems[0].what == _ONE_COLUMN:
        raise Invalid(problems[0])
    if problems:
        raise Invalid(*problems)
    made: dict[tuple[Cell, ...], tuple[Cell, ...]] = {}
    for number, (line, row) in enumerate(rows, 1):

        def problem(what: str, expected: str = "", found: str = "", number: int = number, line: int = line) -> Problem:
            return Problem(table.named(number, what), table.at(line), expected, found)

        if len(row) != len(header):
            problems.append(problem("another number of cells", str(len(header)), str(len(row))))
            continue
        cells, misfits = [], False
        for (name, type_), place in zip(columns, places, strict=True):
            assert isinstance(place, int)  # noqa: S101 - for the type checker
            try:
                cells.append(_typed(row[place], type_, table.where))
            except Invalid as error:
                what = f"a cell of `{name.value}` does not fit"
                problems.append(problem(what, error.problems[0].expected, repr(row[place])))
                misfits = True
        if misfits:
            continue
        key = tuple(cells[: len(keys)])
        if any(not row[place] for place in places[: len(keys)] if isinstance(place, int)):
            problems.append(problem("an empty key"))
        elif key in made:
            problems.append(problem("a key that stands above already", "", ", ".join(map(str, key))))
        made.setdefault(key, tuple(cells))
    if problems:
        raise Invalid(*problems)
    return tuple(made.values())


def _cells(table: Table) -> tuple[list[str], list[tuple[int, list[str]]]]:
    """The header, and each row with the line it ends in."""
    if len(table.text.encode()) > MAX_BYTES:
        raise Invalid(Problem("the table is too large", table.at(1), f"at most {MAX_BYTES >> 20} MiB"))
    reader = csv.reader(table.text.removeprefix("\ufeff").splitlines(keepends=True), strict=True)
    try:
        rows = [(reader.line_num, row) for row in reader if row]
    except csv.Error as error:
        what = (
            "a quote that is never closed" if "unexpected end" in str(error) else "a quote inside a cell without quotes"
        )
        next_step = 'put the whole cell in quotes; a quote inside is written twice: "a ""b"""'
        raise Invalid(Problem(f"the table is no CSV: {what}", table.at(reader.line_num), "", "", next_step)) from None
    if len(rows) < 2:
        raise Invalid(Problem("the table is empty", table.at(1), "a header and at least one row"))
    if len(rows) > MAX_ROWS + 1:
        found = str(len(rows) - 1)
        raise Invalid(Problem("the table has too many rows", table.at(MAX_ROWS + 2), f"at most {MAX_ROWS}", found))
    return [name.strip() for name in rows[0][1]], rows[1:]


def _place(name: Text, header: list[str]) -> int | Problem:
    if header.count(name.value) == 1:
        return header.index(name.value)
    if len(header) == 1 and re.search("[;|\t]", header[0]):
        return Problem(_ONE_COLUMN, name.where, "cells with commas between them", repr(header[0]))
    what = f"column `{name.value}` stands twice" if name.value in header else f"no column `{name.value}` in the table"
    return Problem(
        what, name.where, f"one of: {names(header)}", "", did_you_mean(name.value, set(header) - {name.value})
    )


def _typed(cell: str, type_: FieldType, where: Location) -> Cell:
    if type_ is FieldType.STRING or not cell:
        return cell or None
    digits = re.sub(r"^([-+]?)0+(?=\d)", r"\1", cell.strip())  # in a table, 007 is seven
    value: Cell = _LEAVES[type_].parse(Scalar(digits, where))
    return value
