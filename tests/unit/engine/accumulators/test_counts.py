from __future__ import annotations

from edge_orch.engine.accumulators.counts import Count, CountDistinct
from tests.unit.engine.accumulators.folding import folded


def test_counting() -> None:
    assert folded(Count).value() == 0
    assert folded(Count, ["a", "a"], [1]).value() == 3


def test_distinct_values_are_counted_once() -> None:
    assert folded(CountDistinct).value() == 0
    assert folded(CountDistinct, ["a", "b"], ["a"]).value() == 2
