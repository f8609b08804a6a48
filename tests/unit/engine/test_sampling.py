from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from edge_orch.engine.sampling import sampler

KEYS = [(f"sensor-{number}", number) for number in range(10_000)]


def test_about_the_ratio_is_kept() -> None:
    assert 900 < sum(map(sampler(0.1), KEYS)) < 1_100
    assert all(map(sampler(1.0), KEYS))


def test_the_choice_is_the_same_everywhere() -> None:
    assert [number for number, key in enumerate(KEYS[:40]) if sampler(0.1)(key)] == [15, 31, 33, 38]


@given(
    st.tuples(st.text(), st.none() | st.floats(allow_nan=False), st.booleans()), st.floats(0.001, 1), st.floats(0, 1)
)
def test_what_is_kept_is_kept_at_every_higher_ratio(key: tuple[object, ...], ratio: float, more: float) -> None:
    assert not sampler(ratio)(key) or sampler(ratio + (1 - ratio) * more)(key)
