from __future__ import annotations

import sys

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from edge_orch.engine.sketch import MOST_BUCKETS, RELATIVE_ERROR, Sketch

FINITE = st.floats(allow_nan=False, allow_infinity=False, min_value=-1e12, max_value=1e12).filter(
    lambda value: value == 0 or abs(value) > 1e-4
)

WIDE = st.floats(allow_nan=False, allow_infinity=False)


def sketch(values: list[float]) -> Sketch:
    made = Sketch()
    made.add(values)
    return made


@given(st.lists(FINITE, min_size=1, max_size=300))
def test_every_rank_is_within_the_stated_error(values: list[float]) -> None:
    made = sketch(values)
    for rank, value in enumerate(sorted(values)):
        assert made.at_rank(rank) == pytest.approx(value, rel=RELATIVE_ERROR + 1e-9)


@given(st.lists(FINITE, max_size=100), st.lists(FINITE, max_size=100))
def test_merging_is_adding(left: list[float], right: list[float]) -> None:
    merged = sketch(left)
    merged.merge(sketch(right))
    assert merged.state() == sketch(right + left).state()


@given(st.lists(FINITE, max_size=100))
def test_it_goes_on_from_its_state(values: list[float]) -> None:
    made = sketch(values)
    again = Sketch(msgspec.msgpack.decode(msgspec.msgpack.encode(made.state()), strict=False))
    assert list(again.state()) == list(made.state())


def test_what_is_too_small_to_have_a_bucket_is_zero() -> None:
    made = sketch([5e-324, -5e-324, 0.0, 1.0])
    assert [made.at_rank(rank) for rank in range(4)] == [0.0, 0.0, 0.0, pytest.approx(1.0, rel=RELATIVE_ERROR)]


def test_the_greatest_floats_have_a_bucket() -> None:
    made = sketch([-sys.float_info.max, sys.float_info.max])
    assert made.at_rank(1) == -made.at_rank(0) == pytest.approx(sys.float_info.max, rel=3 * RELATIVE_ERROR)


@given(st.lists(WIDE, max_size=60), st.lists(WIDE, max_size=60))
def test_merging_is_adding_even_when_buckets_are_given_up(left: list[float], right: list[float]) -> None:
    merged = sketch(left)
    merged.merge(sketch(right))
    assert merged.state() == sketch(right + left).state() == sketch(sorted(left + right)).state()


def test_memory_is_bounded_and_only_the_smallest_magnitudes_suffer() -> None:
    values = [1.001 ** (10 * n) for n in range(60_000) if 1.001 ** (10 * n) < 1e300]
    made = sketch(values)
    positive, negative, _ = made.state()
    assert len(positive) <= MOST_BUCKETS
    assert not negative
    for rank in range(len(values) // 2, len(values), 97):
        if values[rank] > values[-1] / 1e17:
            assert made.at_rank(rank) == pytest.approx(values[rank], rel=RELATIVE_ERROR + 1e-9)
