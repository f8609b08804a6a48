from __future__ import annotations

from edge_orch_agent.backoff import Backoff, full_jitter
from hypothesis import given
from hypothesis import strategies as st


def test_waits_double_up_to_the_cap_and_begin_anew_after_success() -> None:
    backoff = Backoff(lambda most_s: most_s, first_s=1, most_s=10)
    assert [backoff.next_s() for _ in range(6)] == [1, 2, 4, 8, 10, 10]
    backoff.succeeded()
    assert backoff.next_s() == 1


def test_a_busy_controller_is_given_the_time_it_asks_for_but_no_more_than_the_cap() -> None:
    backoff = Backoff(lambda most_s: most_s, first_s=1, most_s=10)
    assert [backoff.next_s(6), backoff.next_s(), backoff.next_s(60)] == [6, 2, 10]


@given(st.floats(0, 1e6))
def test_full_jitter_stays_within_its_bound(most_s: float) -> None:
    assert 0 <= full_jitter(most_s) <= most_s
