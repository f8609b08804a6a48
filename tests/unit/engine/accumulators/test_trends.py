from __future__ import annotations

import statistics

import pytest
from hypothesis import given
from hypothesis import strategies as st

from edge_orch.engine.accumulators.accumulator import Accumulator
from edge_orch.engine.accumulators.trends import Correlation, Slope, Smoothed
from tests.unit.engine.accumulators.folding import folded, reborn

PAIRS = st.lists(st.tuples(st.integers(0, 50), st.integers(-100, 100)), min_size=2, max_size=20)


def smoothed() -> Accumulator:
    return Smoothed(0.5)


def test_nothing_folded_is_null() -> None:
    for kind in (Slope, Correlation, smoothed):
        assert folded(kind).value() is None
    assert folded(Slope, [(1, 2)]).value() is None
    assert folded(Correlation, [(1, 2), (3, 2)]).value() is None


@given(PAIRS, PAIRS)
def test_lines_agree_with_the_standard_library(left: list[tuple[int, int]], right: list[tuple[int, int]]) -> None:
    x = [pair[0] for pair in left + right]
    y = [pair[1] for pair in left + right]
    if len(set(x)) > 1:
        assert folded(Slope, left, right).value() == pytest.approx(statistics.linear_regression(x, y).slope, abs=1e-9)
        if len(set(y)) > 1:
            assert folded(Correlation, left, right).value() == pytest.approx(statistics.correlation(x, y), abs=1e-9)


def test_times_in_milliseconds_cost_no_digits() -> None:
    minutes = [(1_767_225_600_000 + 60_000 * minute, 20 + 0.1 * minute) for minute in range(60)]
    assert folded(Slope, minutes[:30], minutes[30:]).value() == pytest.approx(0.1 / 60_000, rel=1e-12)


def test_beyond_floats_is_null() -> None:
    assert folded(Slope, [(1e308, 1.0), (1e308, 2.0), (-1e308, 3.0)]).value() is None
    assert folded(smoothed, [-1.7e308, 1.7e308]).value() == 0.0


def test_each_value_moves_the_smooth_one_by_its_weight() -> None:
    values = [10, 20, 20, 0]
    ways = [folded(smoothed, values[:count]).value() for count in range(1, 5)]
    assert ways == [10.0, 15.0, 17.5, 8.75]
    assert reborn(smoothed, folded(smoothed, values)).value() == 8.75
