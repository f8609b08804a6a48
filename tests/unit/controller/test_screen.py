"""The screen: whatever becomes of the worker, the controller goes on."""

from __future__ import annotations

import os
import time
from collections.abc import Iterator, Sequence

import pytest
from edge_orch_controller.screen import Screen

from edge_orch.errors import Refused
from edge_orch.twin.replica import try_changes
from tests.unit.twin.examples import ack, replica, write


def trial(changes: Sequence[bytes]) -> None:
    """Behaves as the first change says."""
    match changes[0]:
        case b"die":
            os.kill(os.getpid(), 11)
        case b"hang":
            time.sleep(60)
        case b"eat":
            _ = [bytearray(1 << 20) for _ in range(4096)]
        case _:
            try_changes(changes)


@pytest.fixture
def screen() -> Iterator[Screen]:
    screen = Screen(trial, memory=64 << 20, deadline_s=20.0)
    yield screen
    screen.close()


def test_changes_of_replicas_pass_and_others_are_refused_with_the_reason(screen: Screen) -> None:
    agent = replica()
    screen.check(write(agent, [ack(1)]) + write(agent, [ack(2)]))
    with pytest.raises(Refused, match="not a change"):
        screen.check([b"noise"])
    screen.check(agent.root(1, agent.texts()))


@pytest.mark.parametrize(("changes", "words"), [([b"die"], "exit code -11"), ([b"eat"], "too much memory")])
def test_a_worker_that_dies_or_grows_refuses_only_what_it_tried(
    screen: Screen, changes: list[bytes], words: str
) -> None:
    with pytest.raises(Refused, match=words):
        screen.check(changes)
    screen.check(write(replica(), [ack(1)]))


def test_a_worker_that_hangs_is_ended() -> None:
    screen = Screen(trial, deadline_s=0.0)
    with pytest.raises(Refused, match="not done after 0 s"):
        screen.check([b"hang"])
    screen.close()
