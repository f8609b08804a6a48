from __future__ import annotations

from edge_orch.engine.accumulators.picks import ArgExtreme, Extreme, First, Last
from tests.unit.engine.accumulators.folding import folded, reborn


def test_extremes_of_any_type() -> None:
    assert folded(lambda: Extreme(min)).value() is None
    assert folded(lambda: Extreme(min), [2, 1], [3]).value() == 1
    assert folded(lambda: Extreme(max), ["a", "c"], ["b"]).value() == "c"


def test_first_and_last_go_by_event_time() -> None:
    assert folded(First).value() is None
    assert folded(First, [(5, "a"), (3, "b")], [(4, "c")]).value() == "b"
    assert folded(Last, [(5, "a"), (3, "b")], [(4, "c")]).value() == "a"


def test_among_equal_times_first_and_last_go_by_arrival() -> None:
    assert folded(First, [(1, "a"), (1, "b")], [(1, "c")]).value() == "a"
    assert folded(Last, [(1, "a"), (1, "b")], [(1, "c")]).value() == "c"


def test_the_value_at_an_extreme_is_of_several_the_one_that_came_first() -> None:
    greatest = folded(lambda: ArgExtreme(max), [(1, "a"), (3, "b")], [(3, "c"), (2, "d")])
    assert greatest.value() == "b"
    assert folded(lambda: ArgExtreme(min), [(1, "a"), (3, "b")], [(1, "c")]).value() == "a"
    assert reborn(lambda: ArgExtreme(max), greatest).value() == "b"
    assert folded(lambda: ArgExtreme(max)).value() is None
