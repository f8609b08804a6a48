"""Anti-entropy under every fault at once: replicas converge and lose nothing."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

from edge_orch.testing.network import Faults
from tests.unit.twin.histories import FAULTS, History, check


@settings(max_examples=60)
@given(
    seed=st.integers(0, 2**32),
    faults=FAULTS,
    steps=st.integers(1, 25),
    crash_chance=st.sampled_from([0.0, 0.05]),
    restores=st.booleans(),
)
def test_replicas_converge_and_lose_nothing(
    seed: int, faults: Faults, steps: int, crash_chance: float, restores: bool
) -> None:
    history = History(seed, faults, crash_chance=crash_chance, restores=restores)
    history.start()
    history.live(steps)
    history.peace()
    check(history)


def fails(flag: str) -> int:
    """In how many of 40 histories a peer with this bug is caught."""
    caught = 0
    for seed in range(40):
        history = History(seed, Faults(loss=0.2, duplication=0.2), crash_chance=0.05, restores=flag == "reuse_actor")
        history.flags[flag] = True
        try:
            history.start()
            history.live(20)
            history.peace()
            check(history)
        except AssertionError:
            caught += 1
    return caught


def test_the_test_catches_an_actor_that_is_used_again() -> None:
    assert fails("reuse_actor") > 0


def test_the_test_catches_acknowledgement_before_durability() -> None:
    assert fails("eager") > 0
