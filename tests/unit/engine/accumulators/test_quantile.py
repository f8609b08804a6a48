from __future__ import annotations

import random
from functools import partial
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from edge_orch.engine.accumulators.quantile import EXACT_DIFFERENT, EXACT_VALUES, Quantile
from tests.unit.engine.accumulators.folding import folded, reborn


def exact(values: list[float], fraction: float) -> float:
    """SQL's `percentile_cont`."""
    ordered = sorted(values)
    place = (len(ordered) - 1) * fraction
    low = int(place)
    high = min(low + 1, len(ordered) - 1)
    return ordered[low] + (ordered[high] - ordered[low]) * (place - low)


def test_nothing_folded_is_null() -> None:
    assert folded(partial(Quantile, 0.5)).value() is None


def test_it_interpolates_between_neighbours() -> None:
    assert folded(partial(Quantile, 0.5), [1.0, 4.0, 2.0, 3.0]).value() == 2.5
    assert folded(partial(Quantile, 1.0), [1.0, 4.0]).value() == 4.0


@pytest.mark.parametrize("count", [EXACT_VALUES, EXACT_VALUES + 1, 50_000])
@pytest.mark.parametrize("fraction", [0.0, 0.5, 0.95, 0.999, 1.0])
def test_it_is_exact_for_few_values_and_within_one_percent_of_many(count: int, fraction: float) -> None:
    generator = random.Random(count)  # noqa: S311 - test data
    values = [generator.lognormvariate(3, 2) for _ in range(count)]
    quantile = folded(partial(Quantile, fraction), *(values[at : at + 512] for at in range(0, count, 512)))
    bound = 1e-12 if count <= EXACT_VALUES else 0.01
    assert quantile.value() == pytest.approx(exact(values, fraction), rel=bound)


@pytest.mark.parametrize(("left", "right"), [(10, 20), (700, 700), (2000, 10), (10, 2000), (2000, 2000), (0, 5)])
def test_merging_is_folding_and_leaves_the_other_alone(left: int, right: int) -> None:
    make = partial(Quantile, 0.9)
    generator = random.Random(1)  # noqa: S311 - test data
    values = [generator.gauss(0, 100) for _ in range(left + right)]
    merged, other = folded(make, values[:left]), folded(make, values[left:])
    before = other.value()
    merged.merge(other)
    merged.merge(folded(make))
    assert merged.value() == folded(make, values).value()
    assert other.value() == before


def test_it_goes_on_from_its_state() -> None:
    make = partial(Quantile, 0.5)
    for count in (3, 2000):
        before = folded(make, [float(n) for n in range(count)])
        after = reborn(make, before)
        for each in (before, after):
            each.fold([1e6, 2e6])
        assert after.value() == before.value()


@pytest.mark.parametrize(("different", "is_exact"), [(1, True), (EXACT_DIFFERENT, True), (EXACT_DIFFERENT + 1, False)])
def test_it_is_exact_for_few_different_values_however_many_there_are(different: int, is_exact: bool) -> None:
    values = [float(1000 + n % different) for n in range(5000)]
    make = partial(Quantile, 0.3)
    quantile = folded(make, *(values[at : at + 128] for at in range(0, 5000, 128)))
    assert isinstance(quantile, Quantile)
    assert (quantile.sketch is None) is is_exact
    assert quantile.value() == pytest.approx(exact(values, 0.3), rel=1e-12 if is_exact else 0.01)
    again = reborn(make, quantile)
    again.fold([7.0])
    assert again.value() == folded(make, values, [7.0]).value()


@given(st.lists(st.integers(0, 3000).map(float), max_size=30), st.lists(st.integers(0, 1500), max_size=8))
def test_whether_it_is_exact_does_not_hang_on_how_values_came(few: list[float], cuts: list[int]) -> None:
    many = [float(n * 7 % (EXACT_DIFFERENT - 4)) for n in range(1500)]
    values = [*many, *few]
    make = partial(Quantile, 0.75)
    ends = sorted({0, len(values), *cuts})
    parts = [folded(make, values[start:end]) for start, end in pairwise(ends)]
    merged = folded(make)
    for part in parts:
        merged.merge(part)
    assert merged.value() == folded(make, values[::-1]).value()
    assert isinstance(merged, Quantile)
    assert (merged.sketch is None) is (len(set(values)) <= EXACT_DIFFERENT)


def test_a_state_of_an_older_version_is_read() -> None:
    quantile = Quantile(0.5)
    quantile.restore([0, False, 3, [3.0, 1.0, 2.0], None])
    assert quantile.value() == 2.0
