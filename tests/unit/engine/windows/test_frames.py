from __future__ import annotations

from math import isqrt

from hypothesis import given
from hypothesis import strategies as st

from edge_orch.engine.windows.frames import SlidingFrames, pane_us

SIZES = st.tuples(st.integers(1, 60), st.integers(1, 60)).map(lambda pair: (max(pair), min(pair)))
MOMENTS = st.integers(-500, 500)


def test_a_pane_is_the_longest_stretch_that_no_window_cuts() -> None:
    assert (pane_us(60, 60), pane_us(60, 5), pane_us(7, 3)) == (60, 5, 1)


@given(SIZES, MOMENTS)
def test_the_windows_of_a_pane_are_those_that_hold_it(sizes: tuple[int, int], moment: int) -> None:
    size, every = sizes
    sliding = SlidingFrames(size, every)
    start, end = sliding.pane(moment)
    assert start <= moment < end
    expected = [(s, s + size) for s in range(start - size, end) if s % every == 0 and s <= moment < s + size]
    assert sliding.windows(start) == expected
    assert all(start in sliding.panes(*window) for window in expected)
    assert sum(pane == start for window in expected for pane in sliding.panes(*window)) == len(expected)


@given(SIZES, MOMENTS)
def test_first_after_and_last_before_belong_together(sizes: tuple[int, int], moment: int) -> None:
    size, every = sizes
    sliding = SlidingFrames(size, every)
    first = sliding.first_after(moment)
    assert first % every == 0
    assert first - every + size <= moment < first + size
    last = sliding.last_before(moment)
    assert sliding.first_after(last) >= moment > sliding.first_after(last - 1)


@given(st.integers(1, 60), st.integers(1, 8), MOMENTS)
def test_the_parts_of_a_window_are_its_panes_in_order(panes: int, pane: int, moment: int) -> None:
    frames = SlidingFrames(panes * pane, pane)
    for start, end in frames.windows(frames.pane(moment)[0]):
        parts = list(frames.parts(start, end))
        assert [each for part in parts for each in part] == list(frames.panes(start, end))
        assert len(parts) <= max(3 * isqrt(panes), 9)
        for part in parts:
            if len(part) > 1:
                assert {frames.block(each) for each in part} == {part[0]}
                assert len(part) == frames.in_block
