"""The screen: whatever becomes of the worker, the controller goes on."""

from __future__ import annotations

import asyncio
import os
import time
from collections.abc import AsyncIterator, Sequence

import edge_orch_controller.screen
import pytest
from edge_orch_controller.screen import Screen

from edge_orch.errors import Refused
from edge_orch.twin import gate
from edge_orch.twin.document import tried
from edge_orch.twin.gate import Inspected
from tests.unit.twin.examples import ack, replica, write


def trial(changes: Sequence[bytes]) -> tuple[Inspected, ...]:
    """Behaves as the first change says."""
    match changes[0]:
        case b"die":
            os.kill(os.getpid(), 11)
        case b"hang":
            time.sleep(60)
        case b"eat":
            _ = [bytearray(1 << 20) for _ in range(4096)]
        case b"lie":
            return 7  # type: ignore[return-value]  # what a worker that was taken over might say
    return tried(changes)


@pytest.fixture
async def screen() -> AsyncIterator[Screen]:
    screen = Screen(trial, memory=64 << 20, deadline_s=20.0)
    yield screen
    await screen.close()


async def test_changes_of_replicas_pass_as_they_are_read_and_others_are_refused_with_the_reason(screen: Screen) -> None:
    agent = replica()
    changes = write(agent, [ack(1)]) + write(agent, [ack(2)])
    assert await screen.read(changes) == tuple(gate.inspect(change) for change in changes)
    with pytest.raises(Refused, match="not a change"):
        await screen.read([b"noise"])
    await screen.read(agent.root(1, agent.texts()))


@pytest.mark.parametrize(
    ("changes", "words"),
    [([b"die"], "exit code -11"), ([b"eat"], "too much memory"), ([b"lie"], "cannot be read")],
)
async def test_a_worker_that_dies_or_grows_refuses_only_what_it_tried(
    screen: Screen, changes: list[bytes], words: str
) -> None:
    before, after = write(replica(), [ack(1)]), write(replica(), [ack(2)])
    first, worst, last = await asyncio.gather(
        *(screen.read(case) for case in (before, changes, after)), return_exceptions=True
    )
    assert [first, last] == [(gate.inspect(case[0]),) for case in (before, after)]
    assert isinstance(worst, Refused)
    assert words in str(worst)


async def test_a_worker_that_hangs_is_ended() -> None:
    screen = Screen(trial, deadline_s=0.0)
    with pytest.raises(Refused, match="not done after 0 s"):
        await screen.read([b"hang"])
    await screen.close()


async def test_what_waits_is_bounded_and_refused_when_the_controller_stops(
    screen: Screen, monkeypatch: pytest.MonkeyPatch
) -> None:
    change = write(replica(), [ack(1)])
    monkeypatch.setattr(edge_orch_controller.screen, "QUEUE", 1_000)
    reading = asyncio.gather(*(screen.read([b"hang", *change]) for _ in range(2)), return_exceptions=True)
    await asyncio.sleep(0)
    with pytest.raises(Refused, match="too many wait"):
        await screen.read([bytes(1_000)])
    await screen.close()
    assert all("stopping" in str(one) for one in await reading)
