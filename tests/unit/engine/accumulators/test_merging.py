"""Merging several at once is merging one after the other."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from edge_orch.engine.accumulators.accumulator import Accumulator
from edge_orch.engine.accumulators.counts import Buckets, Count, CountDistinct
from edge_orch.engine.accumulators.lists import Gathered, Ranked, Tallied, json_array
from edge_orch.engine.accumulators.picks import Extreme, First, Last
from edge_orch.engine.accumulators.quantile import Quantile
from edge_orch.engine.accumulators.sums import Average, Deviation, FloatSum, IntSum, Variance
from tests.unit.engine.accumulators.folding import folded

PLAIN: list[Callable[[], Accumulator]] = [
    Count, CountDistinct, IntSum, partial(Extreme, min), partial(Extreme, max), FloatSum, Average, Deviation, Variance,
    partial(Quantile, 0.5), partial(Buckets, (-10.0, 0.0, 10.0)), partial(Tallied, str),
]  # fmt: skip
LISTS = st.lists(st.lists(st.integers(-1000, 1000), max_size=5), max_size=6)


@given(st.sampled_from(PLAIN), LISTS)
def test_at_once_is_one_after_the_other(make: Callable[[], Accumulator], lists: list[list[int]]) -> None:
    one_by_one, at_once = folded(make, [5]), folded(make, [5])
    others = [folded(make, values) for values in lists]
    for other in others:
        one_by_one.merge(other)
    at_once.merge_all(others)
    whole = folded(make, [5, *(value for values in lists for value in values)])
    assert at_once.value() == pytest.approx(one_by_one.value())
    assert at_once.value() == pytest.approx(whole.value())


TIMED: list[Callable[[], Accumulator]] = [
    First, Last, partial(Gathered, json_array), partial(Ranked, min, 3, json_array)
]  # fmt: skip


@given(st.sampled_from(TIMED), st.lists(st.lists(st.integers(0, 5), max_size=4), max_size=5))
def test_what_goes_by_time_keeps_the_order_of_those_of_one_moment(
    make: Callable[[], Accumulator], lists: list[list[int]]
) -> None:
    pairs = [[(time, f"{place}/{number}") for number, time in enumerate(each)] for place, each in enumerate(lists)]
    at_once = make()
    others: list[Any] = [folded(make, each) for each in pairs]
    at_once.merge_all(others)
    assert at_once.value() == folded(make, [pair for each in pairs for pair in each]).value()


@pytest.mark.parametrize("make", PLAIN)
def test_merging_nothing_changes_nothing(make: Callable[[], Accumulator]) -> None:
    for before in (make(), folded(make, [3, 4])):
        value = before.value()
        before.merge_all([])
        before.merge_all([make(), make()])
        assert before.value() == value
