from __future__ import annotations

from functools import partial

from edge_orch.engine.accumulators.counts import Buckets, Count, CountDistinct
from tests.unit.engine.accumulators.folding import folded, reborn


def test_counting() -> None:
    assert folded(Count).value() == 0
    assert folded(Count, ["a", "a"], [1]).value() == 3


def test_distinct_values_are_counted_once() -> None:
    assert folded(CountDistinct).value() == 0
    assert folded(CountDistinct, ["a", "b"], ["a"]).value() == 2


def test_a_value_at_a_bound_lies_below_it() -> None:
    make = partial(Buckets, (10.0, 20.5))
    assert make().value() is None
    buckets = folded(make, [9, 10], [10.1, 20.5, 21])
    assert buckets.value() == '{"10":2,"20.5":2,"inf":1}'
    assert reborn(make, buckets).value() == buckets.value()
