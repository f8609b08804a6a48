"""What is kept up as values come and go is what one pass over all of them gives, to the last bit."""

from __future__ import annotations

import struct
from collections.abc import Sequence
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from edge_orch.engine.accumulators.factory import whole
from edge_orch.engine.accumulators.rolling import rolling
from edge_orch.plan.schema import FieldType
from edge_orch.plan.steps import Aggregation
from tests.unit.engine.plans import BOOL, FLOAT, INT, STRING, col

FLOATS = st.floats(allow_nan=False, allow_infinity=False)
INTS = st.integers(-(1 << 63), (1 << 63) - 1)
TIMES = st.integers(0, 3)
SMALL = st.sampled_from([0.0, -0.0, 1.0, 0.1, -2.5, 5e-324, 1e16])
KINDS: dict[str, tuple[FieldType, st.SearchStrategy[Any]]] = {
    "sum": (FLOAT, SMALL | FLOATS | INTS),
    "avg": (FLOAT, SMALL | FLOATS | INTS),
    "min": (FLOAT, SMALL | FLOATS),
    "max": (FLOAT, SMALL | FLOATS),
    "bool_and": (BOOL, st.booleans()),
    "bool_or": (BOOL, st.booleans()),
    "first": (STRING, st.tuples(TIMES, st.text(max_size=2))),
    "last": (STRING, st.tuples(TIMES, st.text(max_size=2))),
    "arg_min": (STRING, st.tuples(SMALL, st.text(max_size=2))),
    "arg_max": (STRING, st.tuples(SMALL, st.text(max_size=2))),
}


def bits(value: object) -> object:
    """Zeros of both signs are told apart."""
    return struct.pack("d", value) if isinstance(value, float) else value


def check(aggregation: Aggregation, values: Sequence[Any], last: int) -> None:
    make, anew = rolling(aggregation), whole(aggregation)
    assert make is not None
    kept, held = make(), list[Any]()
    assert kept.value([]) is anew([]) is None
    for value in values:
        if len(held) == last:
            kept.drop(held.pop(0))
        held.append(value)
        kept.push(value)
        assert bits(kept.value(held)) == bits(anew(list(held)))
    for value in list(held):
        kept.drop(held.pop(0))
        assert bits(kept.value(held)) == bits(anew(list(held))), value


@pytest.mark.parametrize("function", KINDS)
@given(st.data(), st.integers(1, 8))
def test_it_is_what_one_pass_gives(function: Any, data: st.DataObject, last: int) -> None:
    type_, values = KINDS[function]
    check(Aggregation("a", function, type_, col("x", type_)), data.draw(st.lists(values, max_size=30)), last)


@given(st.lists(INTS, max_size=30), st.integers(1, 8))
def test_a_sum_of_integers_comes_back_into_range(values: list[int], last: int) -> None:
    check(Aggregation("a", "sum", INT, col("x", INT)), values, last)


@pytest.mark.parametrize("wild", [1e308, -1e308, float("inf"), float("-inf"), float("nan")])
def test_what_leaves_the_range_of_floats_leaves_no_trace(wild: float) -> None:
    functions: tuple[Any, ...] = ("sum", "avg")
    for function in functions:
        made = Aggregation("a", function, FLOAT, col("x"))
        check(made, [0.1, wild, wild, 0.2, -wild, 0.3, 0.4, 0.5, 0.6], last=3)


@pytest.mark.parametrize("function", ["stddev", "count_distinct", "quantile", "regr_slope", "ewma", "bit_and"])
def test_others_need_the_pass(function: Any) -> None:
    assert rolling(Aggregation("a", function, FLOAT, col("x"))) is None
