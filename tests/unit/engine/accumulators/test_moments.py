from __future__ import annotations

import pytest

from edge_orch.engine.accumulators.moments import Kurtosis, PopulationKurtosis, Skewness
from tests.unit.engine.accumulators.folding import folded

KINDS = (Skewness, Kurtosis, PopulationKurtosis)
PEAK = [0.0] * 9 + [10.0]  # one hit of a bearing in ten


def test_a_peak_leans_to_the_right_and_is_rare() -> None:
    assert folded(Skewness, PEAK).value() == pytest.approx(3.1622776601683795)
    assert folded(Kurtosis, PEAK).value() == pytest.approx(10.0)
    assert folded(PopulationKurtosis, PEAK).value() == pytest.approx(46 / 9)


def test_too_few_are_null() -> None:
    assert folded(Skewness, [1.0, 2.0]).value() is folded(Kurtosis, [1.0, 2.0, 4.0]).value() is None
    assert folded(PopulationKurtosis, [1.0]).value() is folded(PopulationKurtosis).value() is None
    assert folded(PopulationKurtosis, [1.0, 2.0]).value() == -2.0


@pytest.mark.parametrize("kind", KINDS)
def test_equal_values_are_null_however_their_mean_is_rounded(kind: type[Skewness]) -> None:
    for value in (0.1, 1 / 3, 1e15 + 0.3, 7e-300, 1.6e169, -1e200):
        for count in (3, 7, 49):
            assert folded(kind, [value] * count).value() is None
            assert folded(kind, [value] * count, [value] * 5).value() is None


@pytest.mark.parametrize("kind", KINDS)
def test_what_floats_cannot_hold_is_null(kind: type[Skewness]) -> None:
    assert folded(kind, [1e200, -1e200, 3e200, 5.0]).value() is None
    assert folded(kind, [1e308] * 4).value() is None
