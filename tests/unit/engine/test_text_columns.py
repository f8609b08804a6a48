"""A column says what its texts say one by one."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from edge_orch.engine import texts
from edge_orch.engine.fields import text_parser
from edge_orch.engine.text_columns import converter, floats
from edge_orch.plan.steps import ParsedField
from tests.unit.engine.plans import BOOL, FLOAT, INT, STRING, TIMESTAMP, parsed

NUMBERS = st.one_of(
    st.floats().map(repr),
    st.integers().map(str),
    st.sampled_from(
        ["-0", "-0.0", "0", "1e999", "1E5", "1.", ".5", "01", "+1", " 1 ", "1\t", "1_0", "١", "", "nan", "null", "1,2"]
    ),
    st.text("0123456789.-+eE, ", max_size=6),
)
FIELDS = [
    parsed("f", FLOAT),
    parsed("f", FLOAT, min=-1.0),
    parsed("f", FLOAT, max=10.0),
    parsed("f", FLOAT, min=-1.0, max=10.0),
    parsed("f", FLOAT, required=False),
    parsed("i", INT, min=0),
    parsed("b", BOOL),
    parsed("s", STRING),
    parsed("s", STRING, required=False),
    parsed("s", STRING, pattern=r"\d+"),
    parsed("t", TIMESTAMP, format="unix_s"),
]


@given(st.lists(NUMBERS, max_size=5))
def test_floats_are_what_each_is(column: list[str]) -> None:
    try:
        expected = [texts.to_float(text) for text in column]
    except ValueError:
        with pytest.raises(ValueError, match="number"):
            floats(column)
    else:
        found = floats(column)
        assert [(value, math.copysign(1, value)) for value in found] == [(v, math.copysign(1, v)) for v in expected]


@given(st.sampled_from(FIELDS), st.lists(st.one_of(NUMBERS, st.none()), max_size=4))
def test_a_converter_says_what_the_fields_parser_says(field: ParsedField, column: list[str | None]) -> None:
    parse, convert = text_parser(field), converter(field)
    try:
        expected = [parse(text) for text in column]
    except ValueError:
        with pytest.raises((ValueError, TypeError)):
            convert(column)
    else:
        assert list(map(repr, convert(column))) == list(map(repr, expected))
