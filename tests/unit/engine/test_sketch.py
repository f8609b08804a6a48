from __future__ import annotations

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from edge_orch.engine.sketch import MOST_BUCKETS, RELATIVE_ERROR, Sketch

FINITE = st.floats(allow_nan=False, allow_infinity=False, min_value=-1e12, max_value=1e12).filter(
    lambda value: value == 0 or abs(value) > 1e-4
)


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


def test_ranks_beyond_the_values_are_refused() -> None:
    with pytest.raises(IndexError):
        sketch([1.0]).at_rank(1)


def test_memory_is_bounded_and_only_the_smallest_magnitudes_suffer() -> None:
    values = [1.001 ** (10 * n) for n in range(60_000) if 1.001 ** (10 * n) < 1e300]
    made = sketch(values)
    positive, negative, _ = made.state()
    assert len(positive) <= MOST_BUCKETS
    assert not negative
    for rank in range(len(values) // 2, len(values), 97):
        if values[rank] > values[-1] / 1e17:
            assert made.at_rank(rank) == pytest.approx(values[rank], rel=RELATIVE_ERROR + 1e-9)
