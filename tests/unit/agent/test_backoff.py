from __future__ import annotations

from edge_orch_agent.backoff import Backoff, full_jitter
from hypothesis import given
from hypothesis import strategies as st


def test_waits_double_up_to_the_cap_and_begin_anew_after_success() -> None:
    backoff = Backoff(lambda most_s: most_s, first_s=1, most_s=10)
    assert [backoff.next_s() for _ in range(6)] == [1, 2, 4, 8, 10, 10]
    backoff.succeeded()
    assert backoff.next_s() == 1


@given(st.floats(0, 1e6))
def test_full_jitter_stays_within_its_bound(most_s: float) -> None:
    assert 0 <= full_jitter(most_s) <= most_s
