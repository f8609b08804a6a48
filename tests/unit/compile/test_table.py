from __future__ import annotations

import pytest

from edge_orch.compile.table import MAX_ROWS, read_table
from edge_orch.errors import Invalid, Location
from edge_orch.plan.schema import FieldType
from edge_orch.spec.leaves import Text
from edge_orch.spec.nodes import Scalar


def text(value: str) -> Text:
    return Text(value, Scalar(value, Location("f", 1, 1)))


KEY = [(text("k"), FieldType.INT)]
VALUES = [(text("s"), FieldType.STRING), (text("x"), FieldType.FLOAT), (text("b"), FieldType.BOOL)]


def test_cells_are_typed_by_column_whatever_their_order() -> None:
    table = text('x, k,other,s,b\r\n1,7,?,"a, ""b""",true\n\n,-8,?,,\n')
    assert read_table(table, KEY, VALUES) == ((7, 'a, "b"', 1.0, True), (-8, None, None, None))


def test_the_table_is_bounded() -> None:
    with pytest.raises(Invalid, match="too many rows"):
        read_table(text("k\n" + "1\n" * (MAX_ROWS + 1)), KEY, [])
    with pytest.raises(Invalid, match="too large"):
        read_table(text("k\n" + "1" * (1 << 20)), KEY, [])
