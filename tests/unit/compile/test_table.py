from __future__ import annotations

import pytest

from edge_orch.compile.table import MAX_ROWS, Table, read_table
from edge_orch.errors import Invalid, Location
from edge_orch.plan.schema import FieldType
from edge_orch.spec.leaves import Text
from edge_orch.spec.nodes import Scalar


def text(value: str) -> Text:
    return Text(value, Scalar(value, Location("f", 1, 1)))


def table_of(value: str) -> Table:
    return Table(value, Location("f", 1, 1))


KEY = [(text("k"), FieldType.INT)]
VALUES = [(text("s"), FieldType.STRING), (text("x"), FieldType.FLOAT), (text("b"), FieldType.BOOL)]


def test_cells_are_typed_by_column_whatever_their_order() -> None:
    table = table_of('x, k,other,s,b\r\n1,7,?,"a, ""b""",true\n\n,-8,?,,\n')
    assert read_table(table, KEY, VALUES) == ((7, 'a, "b"', 1.0, True), (-8, None, None, None))


def test_the_table_is_bounded() -> None:
    with pytest.raises(Invalid, match="too many rows"):
        read_table(table_of("k\n" + "1\n" * (MAX_ROWS + 1)), KEY, [])
    with pytest.raises(Invalid, match="too large"):
        read_table(table_of("k\n" + "1" * (1 << 20)), KEY, [])


def test_what_is_wrong_in_a_file_is_told_at_its_line() -> None:
    table = Table('\ufeffk,x\n1,1\n\n"2\n",?\n3\n', Location("job.yaml", 9, 9), "tables/t.csv")
    with pytest.raises(Invalid) as error:
        read_table(table, [(text("k"), FieldType.STRING)], [(text("x"), FieldType.FLOAT)])
    assert [(str(problem.where), problem.what) for problem in error.value.problems] == [
        ("tables/t.csv:5:1", "a cell of `x` does not fit"),
        ("tables/t.csv:6:1", "another number of cells"),
    ]


def test_a_number_in_a_table_may_begin_with_zero() -> None:
    columns = [(text("k"), FieldType.INT)], [(text("x"), FieldType.FLOAT)]
    assert read_table(Table("k,x\n007,-01.5\n0,0\n", Location("f", 1, 1)), *columns) == ((7, -1.5), (0, 0.0))
