from __future__ import annotations

import statistics

import pytest
from hypothesis import given
from hypothesis import strategies as st

from edge_orch.engine.accumulators.sums import Average, Deviation, FloatSum, IntSum
from tests.unit.engine.accumulators.folding import folded, reborn

NUMBERS = st.lists(st.floats(-1e6, 1e6), max_size=20)


def test_nothing_folded_is_null() -> None:
    for kind in (IntSum, FloatSum, Average, Deviation):
        assert folded(kind).value() is None
    assert folded(Deviation, [1.0]).value() is None


def test_a_sum_of_integers_is_exact_and_null_beyond_64_bits() -> None:
    assert folded(IntSum, [2**62], [2**62 - 1]).value() == 2**63 - 1
    beyond = folded(IntSum, [2**62], [2**62])
    assert beyond.value() is None
    beyond = reborn(IntSum, beyond)
    beyond.fold([-1])
    assert beyond.value() == 2**63 - 1


def test_a_sum_beyond_floats_is_null() -> None:
    assert folded(FloatSum, [1e308, 1e308]).value() is None
    assert folded(Average, [1e308, 1e308]).value() is None
    assert folded(Deviation, [1e308, -1e308]).value() is None


@given(NUMBERS, NUMBERS)
def test_sums_agree_with_the_standard_library(left: list[float], right: list[float]) -> None:
    values = left + right
    if len(values) >= 2:
        assert folded(FloatSum, left, right).value() == pytest.approx(sum(values), abs=1e-6)
        assert folded(Average, left, right).value() == pytest.approx(statistics.fmean(values), abs=1e-6)
        assert folded(Deviation, left, right).value() == pytest.approx(statistics.stdev(values), abs=1e-4)
