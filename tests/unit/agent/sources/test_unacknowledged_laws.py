"""Whatever breaks, every message becomes durable exactly once."""

from __future__ import annotations

import pickle
from typing import Any

import pytest
from edge_orch_agent.sources.unacknowledged import Unacknowledged, Verdict
from hypothesis import given
from hypothesis import strategies as st

from tests.unit.agent.sources.acknowledging import TOPIC, World, changed

pytestmark = pytest.mark.usefixtures("small_parts")

STEPS = st.lists(
    st.one_of(
        st.just(("publish",)),
        st.just(("agent_reads",)),
        st.just(("commit",)),
        st.just(("broker_reads",)),
        st.tuples(st.just("lose_connection"), st.integers(0, 4)),
        st.tuples(st.just("crash"), st.integers(0, 4), st.booleans()),
    ),
    max_size=60,
)


@pytest.mark.parametrize("interruption", ["lose_connection", "crash"])
def test_an_acknowledgement_repeated_after_an_interruption_may_be_lost_as_well(interruption: str) -> None:
    world = World()
    world.publish()
    world.agent_reads()
    world.commit()
    if interruption == "crash":
        world.crash(0, committed=False)
    else:
        world.lose_connection(0)
    world.broker_reads()  # the first fence, sent before the redelivery was acknowledged again
    while world.down:
        world.agent_reads()
    world.publish()
    world.agent_reads()
    world.commit()
    world.crash(0, committed=False)
    world.settle()
    assert world.durable == world.published


@given(STEPS)
def test_every_message_becomes_durable_exactly_once(steps: list[tuple[str, ...]]) -> None:
    world = World()
    for name, *arguments in steps:
        getattr(world, name)(*arguments)
    world.settle()
    assert sorted(world.durable) == sorted(world.published)
    assert not world.account.fence_needed


def test_a_position_knows_only_what_was_read_before_it() -> None:
    account = Unacknowledged()
    first = account.arrived(1, False, TOPIC, b"a")[1]
    second = account.arrived(2, False, TOPIC, b"b")[1]
    _, early = account.read([first])
    _, late = account.read([second])
    restarted = Unacknowledged(changed({}, early))
    assert restarted.arrived(1, True, TOPIC, b"a")[0] is Verdict.DONE
    assert restarted.arrived(2, True, TOPIC, b"b")[0] is Verdict.NEW
    assert Unacknowledged(changed({}, late)).arrived(2, True, TOPIC, b"b")[0] is Verdict.DONE


ALPHABET: tuple[tuple[Any, ...], ...] = (
    ("publish",),
    ("agent_reads",),
    ("commit",),
    ("broker_reads",),
    ("lose_connection", 0),
    ("lose_connection", 1),
    ("crash", 0, False),
    ("crash", 0, True),
    ("crash", 1, True),
)

DEPTH = 11


def after(history: tuple[tuple[Any, ...], ...]) -> World:
    world = World()
    for name, *arguments in history:
        getattr(world, name)(*arguments)
    return world


def test_22_in_every_state_that_a_short_history_can_reach_nothing_is_lost_or_doubled() -> None:
    """Exhaustive: every history of up to `DEPTH` steps and two messages, each state once."""
    seen = set[bytes]()
    frontier: list[tuple[tuple[Any, ...], ...]] = [()]
    for _ in range(DEPTH):
        histories = [(*history, step) for history in frontier for step in ALPHABET]
        frontier = []
        for history in histories:
            if history.count(("publish",)) > 2:
                continue
            world = after(history)
            state = pickle.dumps(vars(world) | {"account": vars(world.account)})
            if state in seen:
                continue
            seen.add(state)
            frontier.append(history)
            world.settle()
            assert sorted(world.durable) == sorted(world.published), history
            assert not world.account.fence_needed, history
    assert len(seen) > 1_000, "the exploration has hardly begun"
