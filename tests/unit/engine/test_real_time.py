"""Comparing floats says what comparing the moments that they round to says."""

from __future__ import annotations

from math import inf, nextafter

from hypothesis import example, given
from hypothesis import strategies as st

from edge_orch.engine.clock import BEFORE, NEVER
from edge_orch.engine.real_time import first_real, last_real, real_bounds
from edge_orch.engine.stamps import EARLIEST_US, LATEST_US

MOMENTS = st.one_of(
    st.integers(EARLIEST_US, LATEST_US),
    st.integers(-(1 << 54), 1 << 54),
    st.integers(-3, 3),
    st.sampled_from([BEFORE, NEVER, EARLIEST_US, LATEST_US, 1 << 51, 1 << 52, 1 << 53]),
)
REALS = st.one_of(
    st.floats(float(EARLIEST_US), 2.534023007e17),
    st.integers(-10, 10).map(lambda halves: halves / 2),
    st.integers(-(1 << 53), 1 << 53).map(lambda halves: halves / 2),
)


@given(MOMENTS)
def test_the_first_float_that_rounds_to_a_moment(moment_us: int) -> None:
    real = first_real(moment_us)

    assert round(real) >= moment_us
    assert round(nextafter(real, -inf)) < moment_us


@given(MOMENTS)
def test_the_last_float_that_rounds_to_a_moment(moment_us: int) -> None:
    real = last_real(moment_us)

    assert round(real) <= moment_us
    assert round(nextafter(real, inf)) > moment_us


@given(REALS, MOMENTS)
def test_a_float_is_compared_as_what_it_rounds_to(real: float, moment_us: int) -> None:
    top, limit = real_bounds(moment_us, moment_us)

    assert (real > top) is (round(real) > moment_us)
    assert (real >= limit) is (round(real) >= moment_us)


@given(REALS)
@example(0.5)
@example(1.5)
def test_what_was_rounded_is_the_newest_again(real: float) -> None:
    assert round(last_real(round(real))) == round(real)


def test_no_time_at_all_stays_so() -> None:
    assert round(last_real(BEFORE)) == BEFORE
